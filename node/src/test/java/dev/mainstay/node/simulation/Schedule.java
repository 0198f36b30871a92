package dev.mainstay.node.simulation;

import dev.mainstay.node.common.Member;
import dev.mainstay.node.consensus.GroupControl.Peer;
import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.mvcc.HashRead;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster, clients, and mishaps for some seconds of virtual time; then everything comes right, and within a
 * while all must be as if nothing had happened.
 */
final class Schedule {

    private static final int CALM_STEP_MILLIS = 100;
    private static final int SETTLE_LIMIT_MILLIS = 60_000;
    private static final long LONGEST_TTL_MILLIS = 3_000;

    /** How often a leader looks for expired leases, and what a commit may take on top. */
    private static final long EXPIRY_LATE_MILLIS = 500 + 400;

    private final Timeline timeline;
    private final Network network;
    private final Judge judge;
    private final Clients clients;
    private final Mishaps mishaps;
    private final int members;

    /** What came of a run that broke nothing. */
    record Report(long steps, long digest, long answers, long revision, long virtualMillis) {}

    private Schedule(long seed, Flaw flaw, boolean traced) {
        timeline = new Timeline(seed, traced);
        network = new Network(timeline, flaw);
        judge = new Judge(timeline);
        clients = new Clients(timeline, network, judge);
        members = timeline.chance(700) ? 3 : 5;
        List<Member> founders = LongStream.rangeClosed(1, members)
                .mapToObj(id -> Member.added(id, SimulatedMember.peerUrls(id), false))
                .toList();
        for (Member founder : founders) {
            network.add(new SimulatedMember(timeline, network, judge, flaw, founder.id(), founders));
        }
        mishaps = new Mishaps(timeline, network, judge, flaw, members);
    }

    /**
     * Runs a schedule.
     *
     * @throws Violation with the seed and how to run it again
     */
    static Report run(long seed, Flaw flaw) {
        try {
            return new Schedule(seed, flaw, false).run();
        } catch (RuntimeException | Violation first) {
            throw explained(seed, flaw, first);
        }
    }

    /** The same once more, with its steps. */
    private static Violation explained(long seed, Flaw flaw, Throwable first) {
        Schedule again = new Schedule(seed, flaw, true);
        Throwable cause = first;
        try {
            again.run();
        } catch (RuntimeException | Violation second) {
            cause = second;
        }
        return new Violation(
                "schedule " + seed + (flaw == Flaw.NONE ? "" : " with " + flaw) + ", " + again.members
                        + " members, mishaps " + again.mishaps.kinds() + ": " + cause.getMessage()
                        + "\nRun it again: make simulate SEED=" + seed + "\nIts last steps:\n  "
                        + String.join("\n  ", again.timeline.trace()),
                cause);
    }

    private Report run() {
        network.members().forEach(SimulatedMember::start);
        clients.start((int) timeline.between(2, 5), (int) timeline.between(20, 150));
        mishaps.start();
        long end = timeline.between(3_000, 9_000);
        pass(end);
        mishaps.end();
        pass(1_000);
        clients.stop();
        settle();
        leasesEnd();
        if (timeline.chance(500)) {
            aLeaseUnderOneLeader();
        }
        if (timeline.chance(300)) {
            aLeaseAcrossAChangeOfLeader();
        }
        settle();
        allAreEqual();
        return new Report(
                timeline.steps(), timeline.digest(), judge.answered(), judge.seenRevision(), timeline.millis());
    }

    private void pass(long millis) {
        long until = timeline.millis() + millis;
        while (timeline.millis() < until) {
            timeline.runUntil(Math.min(until, timeline.millis() + CALM_STEP_MILLIS));
            judge.lookAtWaiting();
            network.members().forEach(SimulatedMember::lookAtBounds);
        }
    }

    /** Until everybody knows everything, owes nobody an answer, and the log follows the record. */
    private void settle() {
        long limit = timeline.millis() + SETTLE_LIMIT_MILLIS;
        String missing;
        while ((missing = missing()) != null) {
            timeline.check(timeline.millis() < limit, "nothing goes wrong any more, and still %s", missing);
            pass(CALM_STEP_MILLIS);
        }
    }

    /** What isn't as it should be in the end; {@code null} when all is well. */
    private @Nullable String missing() {
        SimulatedMember.Running leader = leader();
        if (leader == null) {
            return "nobody leads";
        }
        if (judge.openRequests() > 0) {
            return "unanswered: " + judge.open();
        }
        List<Member> recorded = leader.members().now().members();
        List<Peer> wanted = recorded.stream()
                .map(member -> new Peer(member.id(), "m" + member.id() + ":1", member.learner()))
                .toList();
        if (wanted.isEmpty()
                || !leader.raft().configuration().equals(wanted)
                || leader.raft().isChanging()) {
            return "the log has " + leader.raft().conf() + " where the record has " + wanted;
        }
        for (Member member : recorded) {
            SimulatedMember.Running running = network.member(member.id()).running();
            if (running == null) {
                return "member " + member.id() + " is down";
            }
            if (!member.isStarted()) {
                return "member " + member.id() + " has not published its name";
            }
            if (running.consensus().pending() > 0 || running.consensus().waitingBytes() > 0) {
                return "member " + member.id() + " has " + running.consensus().pending() + " proposals under way";
            }
            if (running.raft().commit() != leader.raft().commit()
                    || running.raft().appliedIndex() != running.raft().committedIndex()) {
                return "member " + member.id() + " is behind";
            }
        }
        return null;
    }

    private SimulatedMember.@Nullable Running leader() {
        SimulatedMember.Running leader = null;
        for (SimulatedMember member : network.up()) {
            SimulatedMember.Running running = member.mustRun();
            if (running.consensus().isInOffice() && running.raft().leads()) {
                if (leader != null) {
                    return null;
                }
                leader = running;
            }
        }
        return leader;
    }

    private SimulatedMember.Running mustLead() {
        SimulatedMember.Running leader = leader();
        if (leader == null) {
            throw new IllegalStateException("nobody leads after all had settled");
        }
        return leader;
    }

    /** What nobody renews ends, at most half a TTL late, since leaders may have changed. */
    private void leasesEnd() {
        // A grant that nobody waits for any more may yet come.
        pass(Network.LATEST_TWIN_MICROS / 1_000);
        pass(LONGEST_TTL_MILLIS + LONGEST_TTL_MILLIS / 2 + EXPIRY_LATE_MILLIS);
        List<Lease> left = mustLead().leases().leases();
        timeline.check(left.isEmpty(), "nobody renews leases any more, and there still are %s", left);
    }

    private void aLeaseUnderOneLeader() {
        List<Long> granted = new ArrayList<>();
        List<KeepAlive> renewed = new ArrayList<>();
        clients.grant(anyMember(), 1, granted::add);
        pass(300);
        timeline.check(!granted.isEmpty(), "a lease asked for in peace wasn't granted");
        pass(timeline.between(0, 400));
        clients.keepAlive(anyMember(), granted.getFirst(), renewed::add);
        pass(200);
        timeline.check(
                renewed.size() == 1 && renewed.getFirst() instanceof KeepAlive.Renewed,
                "a lease renewed in peace: %s",
                renewed);
        long latest = timeline.micros() + (1_000 + EXPIRY_LATE_MILLIS) * 1_000;
        pass(1_000 + EXPIRY_LATE_MILLIS + 100);
        long ended = judge.leases().endMicros(granted.getFirst());
        timeline.check(
                ended >= 0 && ended <= latest, "a lease under one leader ended at %d us, not by %d us", ended, latest);
    }

    private void aLeaseAcrossAChangeOfLeader() {
        List<Long> granted = new ArrayList<>();
        List<KeepAlive> renewed = new ArrayList<>();
        clients.grant(anyMember(), 2, granted::add);
        pass(300);
        timeline.check(!granted.isEmpty(), "a lease asked for in peace wasn't granted");
        clients.keepAlive(anyMember(), granted.getFirst(), renewed::add);
        pass(200);
        SimulatedMember.Running before = mustLead();
        List<Member> others = before.members().now().voters().stream()
                .filter(member -> member.id() != before.consensus().memberId())
                .toList();
        if (!others.isEmpty()) {
            long heir = timeline.oneOf(others).id();
            before.life().later(1, "move leader", () -> {
                var _ = before.keeper().moveLeader(heir);
            });
        }
        long moved = timeline.millis();
        while (!others.isEmpty() && !leadsOtherThan(before) && timeline.millis() - moved < 5_000) {
            pass(CALM_STEP_MILLIS);
        }
        long latest = timeline.micros() + (2_000 + 1_000 + 5_000 + EXPIRY_LATE_MILLIS) * 1_000;
        pass(2_000 + 1_000 + 5_000 + EXPIRY_LATE_MILLIS + 100);
        long ended = judge.leases().endMicros(granted.getFirst());
        timeline.check(
                ended >= 0 && ended <= latest,
                "a lease across a change of leader ended at %d us, not by %d us",
                ended,
                latest);
    }

    private boolean leadsOtherThan(SimulatedMember.Running before) {
        SimulatedMember.Running leader = leader();
        return leader != null
                && leader.consensus().memberId() != before.consensus().memberId();
    }

    private SimulatedMember.Running anyMember() {
        List<Member> voters = mustLead().members().now().voters();
        return network.member(timeline.oneOf(voters).id()).mustRun();
    }

    private void allAreEqual() {
        SimulatedMember.Running leader = mustLead();
        HashRead expected = leader.kv().hash(0);
        for (Member member : leader.members().now().members()) {
            SimulatedMember.Running running = network.member(member.id()).mustRun();
            HashRead hash = running.kv().hash(0);
            timeline.check(
                    hash.equals(expected), "member %d has %s where the leader has %s", member.id(), hash, expected);
            timeline.check(
                    running.consensus().batchesUnderWay() == 0 && running.raft().pending() == 0,
                    "member %d still waits for something",
                    member.id());
        }
    }
}
