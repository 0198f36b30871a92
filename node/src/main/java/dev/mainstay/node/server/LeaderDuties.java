package dev.mainstay.node.server;

import dev.mainstay.node.consensus.GroupControl;
import dev.mainstay.node.consensus.Leadership;
import dev.mainstay.node.leader.ClusterClock;
import dev.mainstay.node.leader.ClusterFounder;
import dev.mainstay.node.leader.ConsistencyKeeper;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.MembershipKeeper;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Starts and ends what only the leader does: the clock first, since leases are measured by it.
 *
 * @param led opened when this member has taken office for the first time
 */
record LeaderDuties(
        ClusterClock clock,
        LeaseKeeper leases,
        ClusterFounder founder,
        MembershipKeeper members,
        ConsistencyKeeper consistency,
        Supplier<GroupControl> group,
        CountDownLatch led)
        implements Leadership {

    private static final System.Logger LOG = System.getLogger(LeaderDuties.class.getName());

    @Override
    public void becameLeader(long term) {
        clock.lead();
        leases.lead();
        founder.lead();
        members.lead(group.get());
        consistency.lead();
        led.countDown();
        LOG.log(System.Logger.Level.INFO, "this member leads in term {0}", Long.toString(term));
    }

    @Override
    public void lostLeadership() {
        consistency.follow();
        members.follow();
        founder.follow();
        leases.follow();
        clock.follow();
        LOG.log(System.Logger.Level.INFO, "this member leads no more");
    }
}
