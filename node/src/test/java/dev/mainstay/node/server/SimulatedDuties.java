package dev.mainstay.node.server;

import dev.mainstay.node.api.LeaseClock;
import dev.mainstay.node.apply.CommittedMembers;
import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.LeaderCalls;
import dev.mainstay.node.consensus.Leadership;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.consensus.ReadBarrier;
import dev.mainstay.node.leader.ClusterClock;
import dev.mainstay.node.leader.ClusterFounder;
import dev.mainstay.node.leader.LeadersLeases;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.MemberProbe;
import dev.mainstay.node.leader.MembershipKeeper;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.observability.MemberMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the server puts together of a leader's duties, for members that aren't whole servers. */
public final class SimulatedDuties {

    private static final MemberMeters METERS = new MemberMeters(new SimpleMeterRegistry(), 1, Duration.ZERO);

    private SimulatedDuties() {}

    /** What begins and ends with leadership, but for comparisons, which block their thread; see {@link LeaderDuties}. */
    public static Leadership duties(
            ClusterClock clock,
            LeaseKeeper leases,
            ClusterFounder founder,
            MembershipKeeper members,
            Supplier<GroupControl> group) {
        return new Leadership() {
            @Override
            public void becameLeader(long term) {
                clock.lead();
                leases.lead();
                founder.lead();
                members.lead(group.get());
            }

            @Override
            public void lostLeadership() {
                members.follow();
                founder.follow();
                leases.follow();
                clock.follow();
            }
        };
    }

    /** The way of clients to the time of leases. */
    public static LeaseClock leaseClock(
            PeerMethods methods, LeadersLeases own, ReadBarrier barrier, LeaderCalls leader, LeaseTable leases) {
        ClusterLeases.answer(methods, own);
        return new ClusterLeases(own, barrier, leader, leases, METERS);
    }

    /** @param stop what a member does that was removed */
    public static CommittedMembers removalNotice(
            RaftStatus raft, GroupControl control, Scheduler scheduler, LongSupplier nanoClock, Runnable stop) {
        long memberId = raft.memberId();
        return new RemovalNotice(
                memberId,
                raft::isLeader,
                () -> control.configuration().stream().anyMatch(peer -> peer.memberId() == memberId),
                scheduler,
                nanoClock,
                stop);
    }

    /** Finds out who is up. */
    public static MemberProbe probe(PeerCalls peers, long clusterId) {
        return new IdentityProbe(peers, clusterId, 0);
    }

    /** Answers {@link #probe}. */
    public static void answerProbes(PeerMethods methods, long clusterId, long memberId, MemberTable members) {
        methods.register(
                PeerMethod.IDENTIFY,
                (_, _) -> CompletableFuture.completedFuture(
                        new PeerIdentity(clusterId, memberId, 0, members.now()).toBytes()));
    }
}
