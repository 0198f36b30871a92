package dev.mainstay.node.leader;

import dev.mainstay.node.apply.StateHash;
import dev.mainstay.node.apply.StateHashes;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.leader.HashMessages.Keys;
import dev.mainstay.node.leader.HashMessages.KeysQuestion;
import dev.mainstay.node.leader.HashMessages.State;
import dev.mainstay.node.membership.Members;
import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Compares the members' data, this member's among them, which is asked like any other. Blocks its caller, which should have a
 * thread of its own. Any thread.
 *
 * <p>Two comparisons: of what the log did to each member's state, which costs a few bytes per member and finds a member whose
 * apply went another way; and of all keys, for which every member reads all its data, and which finds, too, what a disk or
 * a hand changed behind the store's back.
 */
public final class MemberComparison {

    private static final System.Logger LOG = System.getLogger(MemberComparison.class.getName());

    /** How long the answers to one question may take. */
    private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** How long a member that doesn't answer, or is far behind, is asked for the hash of its keys. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** How long making the hash of all keys may take; some gigabytes a minute are read. */
    private static final long KEYS_NANOS = TimeUnit.MINUTES.toNanos(30);

    private static final long PAUSE_MILLIS = 50;

    /** A compaction between two members' hashes makes them incomparable; the next attempt finds it on all. */
    private static final int KEYS_ATTEMPTS = 3;

    private final long self;
    private final Supplier<Members> members;
    private final PeerCalls peers;
    private final LongSupplier revision;
    private final LongSupplier nanoClock;

    /** @param revision this member's newest revision */
    public MemberComparison(
            long self, Supplier<Members> members, PeerCalls peers, LongSupplier revision, LongSupplier nanoClock) {
        this.self = self;
        this.members = members;
        this.peers = peers;
        this.revision = revision;
        this.nanoClock = nanoClock;
    }

    /**
     * What the comparison of states came to.
     *
     * @param origins at how many different entries the members began to hash, 0 unless all of them answered by one scheme;
     *     with more than one they can't be compared all
     */
    public record States(Verdict verdict, int origins) {}

    /** Compares what the log did to the members' states. Takes seconds at most. */
    public States states() throws InterruptedException {
        Members now = members.get();
        if (now.members().size() < 2) {
            return new States(new Verdict.Incomparable(), 0);
        }
        Map<Long, State> newest = askStates(ids(now), HashMessages.NEWEST);
        newest.values().removeIf(state -> state.scheme() != StateHash.SCHEME);
        int origins = newest.size() < now.members().size()
                ? 0
                : (int) newest.values().stream().map(State::origin).distinct().count();
        State own = newest.get(self);
        if (own == null) {
            return new States(new Verdict.Incomparable(), origins);
        }
        newest.values()
                .removeIf(
                        state -> state.origin() != own.origin() || state.index() < own.index() - StateHashes.KEPT / 2);
        long common = newest.values().stream().mapToLong(State::index).min().orElseThrow();
        Map<Long, Long> votes = new HashMap<>();
        askStates(newest.keySet(), common).forEach((id, state) -> {
            if (state.scheme() == StateHash.SCHEME && state.origin() == own.origin()) {
                state.hash().ifPresent(hash -> votes.put(id, hash));
            }
        });
        return new States(Verdict.of(now, votes), origins);
    }

    /** Compares all keys, at this member's newest revision. Takes as long as reading them takes. */
    public Verdict keys() throws InterruptedException {
        Members now = members.get();
        Verdict verdict = new Verdict.Incomparable();
        if (now.members().size() < 2) {
            return verdict;
        }
        for (int attempt = 0; attempt < KEYS_ATTEMPTS; attempt++) {
            Map<Long, Keys.Hashed> hashes =
                    askKeys(ids(now), new KeysQuestion(revision.getAsLong(), nanoClock.getAsLong()));
            Keys.Hashed own = hashes.get(self);
            if (own == null) {
                continue;
            }
            Map<Long, Integer> votes = new HashMap<>();
            hashes.forEach((id, hashed) -> {
                if (hashed.compactRevision() == own.compactRevision()) {
                    votes.put(id, hashed.hash());
                }
            });
            verdict = Verdict.of(now, votes);
            if (votes.size() == hashes.size()) {
                return verdict;
            }
        }
        return verdict;
    }

    private static List<Long> ids(Members members) {
        return members.members().stream().map(Member::id).toList();
    }

    private Map<Long, State> askStates(Collection<Long> ids, long index) throws InterruptedException {
        Map<Long, State> states = new HashMap<>();
        ask(ids, PeerMethod.STATE_HASH, HashMessages.number(index))
                .forEach((id, answer) -> states.put(id, HashMessages.state(answer)));
        return states;
    }

    private Map<Long, Keys.Hashed> askKeys(Collection<Long> ids, KeysQuestion question) throws InterruptedException {
        long start = nanoClock.getAsLong();
        Map<Long, Keys.Hashed> hashes = new HashMap<>();
        Set<Long> open = new TreeSet<>(ids);
        Map<Long, Long> lastNanos = new HashMap<>();
        while (!open.isEmpty() && nanoClock.getAsLong() - start < KEYS_NANOS) {
            Map<Long, byte[]> answers = ask(open, PeerMethod.KEY_HASH, HashMessages.encode(question));
            long now = nanoClock.getAsLong();
            for (Long id : List.copyOf(open)) {
                byte[] answer = answers.get(id);
                if (answer == null) {
                    continue;
                }
                switch (HashMessages.keys(answer)) {
                    case Keys.Hashed hashed -> {
                        hashes.put(id, hashed);
                        open.remove(id);
                    }
                    case Keys.Compacted() -> open.remove(id);
                    case Keys.Pending() -> lastNanos.put(id, now);
                    case Keys.Ahead() -> {}
                }
            }
            open.removeIf(id -> now - lastNanos.getOrDefault(id, start) >= SILENCE_NANOS);
            if (!open.isEmpty()) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        return hashes;
    }

    /** The answers that came in time; malformed ones make the comparison fail, since then nothing is as it should be. */
    private Map<Long, byte[]> ask(Collection<Long> ids, PeerMethod method, byte[] request) throws InterruptedException {
        long start = nanoClock.getAsLong();
        Map<Long, CompletableFuture<byte[]>> calls = new LinkedHashMap<>();
        for (long id : ids) {
            calls.put(id, peers.call(id, method, request));
        }
        Map<Long, byte[]> answers = new LinkedHashMap<>();
        for (Map.Entry<Long, CompletableFuture<byte[]>> call : calls.entrySet()) {
            long left = Math.max(0, ANSWER_NANOS - (nanoClock.getAsLong() - start));
            try {
                answers.put(call.getKey(), call.getValue().get(left, TimeUnit.NANOSECONDS));
            } catch (ExecutionException | TimeoutException e) {
                LOG.log(Level.DEBUG, "a member told nothing of its hashes", e);
            }
        }
        return answers;
    }
}
