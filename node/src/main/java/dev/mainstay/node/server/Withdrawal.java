package dev.mainstay.node.server;

import dev.mainstay.node.api.EtcdApi;
import dev.mainstay.node.consensus.RatisMember;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.maintenance.Alarms;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Withdraws a member from service while the cluster knows its data to differ, and lets it serve again once the alarm is
 * cleared. Meanwhile it goes on to take the log and to vote, since the log is not what is wrong, but leads only until
 * another member can.
 */
final class Withdrawal implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Withdrawal.class.getName());
    private static final long PERIOD_MILLIS = 100;

    private final long memberId;
    private final Alarms alarms;
    private final EtcdApi api;
    private final RatisMember raft;
    private final Scheduler.Rhythm rhythm;
    private final AtomicBoolean handingOver = new AtomicBoolean();
    private boolean withdrawn;

    Withdrawal(long memberId, Alarms alarms, EtcdApi api, RatisMember raft, Scheduler scheduler) {
        this.memberId = memberId;
        this.alarms = alarms;
        this.api = api;
        this.raft = raft;
        look();
        rhythm = scheduler.every(PERIOD_MILLIS, this::look);
    }

    private synchronized void look() {
        boolean corrupt = alarms.isCorrupt(memberId);
        if (corrupt != withdrawn) {
            withdrawn = corrupt;
            api.serving(!corrupt);
            if (corrupt) {
                LOG.log(
                        Level.ERROR,
                        "the data of this member differ from the other members' (alarm CORRUPT): it serves no clients."
                                + " Remove it (etcdctl member remove), which clears the alarm, and add a new member with an"
                                + " empty data directory.");
            } else {
                LOG.log(Level.WARNING, "the alarm CORRUPT of this member is cleared: it serves its data again");
            }
        }
        if (corrupt && raft.isLeader() && handingOver.compareAndSet(false, true)) {
            Thread.ofPlatform().name("hand-over").daemon().start(this::handOver);
        }
    }

    private void handOver() {
        try {
            raft.handOver();
        } finally {
            handingOver.set(false);
        }
    }

    @Override
    public void close() {
        rhythm.close();
    }
}
