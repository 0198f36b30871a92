package dev.mainstay.node.simulation;

import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerException.Reason;
import dev.mainstay.node.consensus.PeerMethod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The members and what lies between them: messages take their time, get lost, come twice, or don't get through. */
final class Network {

    /** How late a batch may reach a leader whose sender has given up. */
    static final long LATEST_TWIN_MICROS = 1_500_000;

    private static final int TWIN_PERMILLE = 30;

    private final Timeline timeline;
    private final Flaw flaw;
    private final TreeMap<Long, SimulatedMember> members = new TreeMap<>();
    private final Set<Way> cut = new HashSet<>();
    private int lossPermille;
    private int slowPermille;
    private long disturbedMicros;

    private record Way(long from, long to) {}

    Network(Timeline timeline, Flaw flaw) {
        this.timeline = timeline;
        this.flaw = flaw;
    }

    void add(SimulatedMember member) {
        members.put(member.id(), member);
    }

    Collection<SimulatedMember> members() {
        return members.values();
    }

    SimulatedMember member(long id) {
        SimulatedMember member = members.get(id);
        if (member == null) {
            throw new IllegalArgumentException("no member " + id);
        }
        return member;
    }

    /** The members whose processes run, standing still or not. */
    List<SimulatedMember> up() {
        List<SimulatedMember> up = new ArrayList<>();
        for (SimulatedMember member : members.values()) {
            if (member.isUp()) {
                up.add(member);
            }
        }
        return up;
    }

    /** Since when nothing has gone wrong. */
    long quietSinceMicros() {
        return disturbedMicros;
    }

    void disturbed() {
        disturbedMicros = timeline.micros();
    }

    void lose(int permille) {
        lossPermille = permille;
        disturbed();
    }

    void slowDown(int permille) {
        slowPermille = permille;
        disturbed();
    }

    void cut(long from, long to) {
        cut.add(new Way(from, to));
        disturbed();
    }

    /** Everything gets through again. */
    void heal() {
        cut.clear();
        lossPermille = 0;
        slowPermille = 0;
        disturbed();
    }

    private boolean passes(long from, long to) {
        return cut.isEmpty() || !cut.contains(new Way(from, to));
    }

    private boolean getsLost(long from, long to) {
        return !passes(from, to) || timeline.chance(lossPermille);
    }

    private long delay() {
        return timeline.chance(slowPermille) ? timeline.between(5_000, 400_000) : timeline.between(100, 2_000);
    }

    /** Sends something of the log's. */
    void message(long from, long to, String what, Consumer<RaftModel> act) {
        SimulatedMember target = members.get(to);
        SimulatedMember.Running running = target == null ? null : target.running();
        if (running == null || getsLost(from, to)) {
            return;
        }
        timeline.later(running.life(), delay(), what, () -> {
            if (passes(from, to)) {
                act.accept(running.raft());
            }
        });
    }

    /** A call over the peer port, as its caller sees it. */
    CompletableFuture<byte[]> call(Life caller, long from, long to, PeerMethod method, byte[] request, int millis) {
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        if (flaw != Flaw.ENDLESS_CALLS) {
            caller.later(
                    TimeUnit.MILLISECONDS.toMicros(millis),
                    "call is late",
                    () -> answer.completeExceptionally(new PeerException(Reason.TIMEOUT, "no answer")));
        }
        SimulatedMember target = members.get(to);
        SimulatedMember.Running there = target == null ? null : target.running();
        if (there == null) {
            caller.later(
                    delay(),
                    "nobody there",
                    () -> answer.completeExceptionally(new PeerException(Reason.UNREACHABLE, "refused")));
            return answer;
        }
        if (!getsLost(from, to)) {
            deliver(there, delay(), caller, from, to, method, request, answer);
        }
        if (method == PeerMethod.PROPOSE && timeline.chance(TWIN_PERMILLE)) {
            // It was given up and had arrived after all, long ago for its sender.
            deliver(
                    there,
                    timeline.between(0, LATEST_TWIN_MICROS),
                    caller,
                    from,
                    to,
                    method,
                    request,
                    new CompletableFuture<>());
        }
        return answer;
    }

    private void deliver(
            SimulatedMember.Running there,
            long micros,
            Life caller,
            long from,
            long to,
            PeerMethod method,
            byte[] request,
            CompletableFuture<byte[]> answer) {
        timeline.later(there.life(), micros, method.name(), () -> {
            if (!passes(from, to)) {
                return;
            }
            var _ = there.consensus().answer(method, from, request).whenComplete((bytes, thrown) -> {
                if (!getsLost(to, from)) {
                    timeline.later(caller, delay(), "answer", () -> finish(answer, bytes, thrown));
                }
            });
        });
    }

    private static void finish(CompletableFuture<byte[]> answer, byte[] bytes, @Nullable Throwable thrown) {
        if (thrown == null) {
            answer.complete(bytes);
            return;
        }
        Throwable cause = thrown instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : thrown;
        answer.completeExceptionally(cause);
    }

    /** A leader asks its log for a configuration; what must hold of it by then. */
    void asked(long leader, RaftModel raft, List<Peer> next) {
        if (!raft.leads()) {
            return;
        }
        Conf now = raft.conf();
        Set<Long> touched = new TreeSet<>();
        now.peers().stream().filter(peer -> !next.contains(peer)).forEach(peer -> touched.add(peer.memberId()));
        next.stream().filter(peer -> !now.peers().contains(peer)).forEach(peer -> touched.add(peer.memberId()));
        timeline.check(touched.size() <= 1, "member %d changes several members at once: %s to %s", leader, now, next);
        timeline.check(next.stream().anyMatch(peer -> !peer.learner()), "member %d leaves no voter: %s", leader, next);
        for (Peer peer : next) {
            boolean gains = !now.peers().contains(peer) && peer.memberId() != leader;
            timeline.check(
                    !gains || wasUpLately(peer.memberId()),
                    "member %d gives a place or a vote to member %d, which hasn't been up for long",
                    leader,
                    peer.memberId());
            timeline.check(
                    !gains || !member(leader).mustRun().members().now().isRemoved(peer.memberId()),
                    "member %d takes member %d back, which was removed for ever",
                    leader,
                    peer.memberId());
        }
        long quiet = timeline.micros() - disturbedMicros;
        if (quiet > TimeUnit.SECONDS.toMicros(8) && now.isQuorum(this::isUp)) {
            timeline.check(
                    Conf.of(next).isQuorum(this::isUp), "member %d breaks the quorum: %s to %s", leader, now, next);
        }
    }

    private boolean isUp(long id) {
        SimulatedMember member = members.get(id);
        return member != null && member.isUp();
    }

    /** A probe's answer may be a second old, and the call itself takes its time. */
    private boolean wasUpLately(long id) {
        SimulatedMember member = members.get(id);
        return member != null && timeline.micros() - member.lastUpMicros() < TimeUnit.SECONDS.toMicros(5);
    }
}
