package dev.mainstay.node.leader;

import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.RaftStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A log's configuration that takes a change at once, or leaves it undecided until told what became of it. */
final class FakeGroup implements GroupControl, RaftStatus {

    final Map<Long, Long> silence = new HashMap<>();
    final Map<Long, Long> matches = new HashMap<>();
    final List<List<Peer>> changes = new ArrayList<>();
    final List<Long> transfers = new ArrayList<>();
    /** Configured members that the log isn't sent to. */
    final Set<Long> forgotten = new HashSet<>();

    List<Peer> configured = List.of();
    long leader;
    long committed = 100;
    boolean undecided;
    boolean transfersFail;

    private final long self;
    private @Nullable CompletableFuture<Void> open;
    private List<Peer> asked = List.of();

    FakeGroup(long self) {
        this.self = self;
        leader = self;
    }

    /** The open change takes effect; its caller hears nothing or, long after, that nobody knows. */
    void takeEffect() {
        configured = asked;
    }

    /** The open change's caller is told that nobody knows. */
    void giveUp() {
        CompletableFuture<Void> ended = open;
        open = null;
        if (ended != null) {
            ended.completeExceptionally(new PeerException(PeerException.Reason.TIMEOUT, "undecided"));
        }
    }

    @Override
    public List<Peer> configuration() {
        return configured;
    }

    @Override
    public boolean isChanging() {
        return open != null;
    }

    @Override
    public CompletableFuture<Void> configure(List<Peer> members) {
        if (open != null) {
            throw new AssertionError("a second change while one is under way");
        }
        changes.add(members);
        asked = members;
        if (undecided) {
            CompletableFuture<Void> change = new CompletableFuture<>();
            open = change;
            return change;
        }
        configured = members;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> transferLeadership(long memberId) {
        transfers.add(memberId);
        if (transfersFail) {
            return CompletableFuture.failedFuture(new PeerException(PeerException.Reason.TIMEOUT, "too slow"));
        }
        leader = memberId;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public OptionalLong matchIndex(long memberId) {
        Long match = matches.get(memberId);
        return match == null ? OptionalLong.empty() : OptionalLong.of(match);
    }

    @Override
    public OptionalLong silentMillis(long memberId) {
        boolean sentTo =
                !forgotten.contains(memberId) && configured.stream().anyMatch(peer -> peer.memberId() == memberId);
        return sentTo ? OptionalLong.of(silence.getOrDefault(memberId, 0L)) : OptionalLong.empty();
    }

    @Override
    public long memberId() {
        return self;
    }

    @Override
    public long leaderId() {
        return leader;
    }

    @Override
    public long term() {
        return 2;
    }

    @Override
    public long committedIndex() {
        return committed;
    }

    @Override
    public long appliedIndex() {
        return committed;
    }
}
