package dev.mainstay.node.server;

import dev.mainstay.node.apply.CommittedMembers;
import dev.mainstay.node.consensus.FatalListener;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.membership.Members;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Tells once that the cluster has removed this member: a second after it learned of it, as etcd does, so that whoever asked
 * for the removal is answered; a leader first gets a few more to hand leadership over. Not before the log's configuration
 * is without this member, though: until then the others may need its vote, for that very change among others.
 */
final class RemovalNotice implements CommittedMembers {

    private static final long PERIOD_MILLIS = 100;
    private static final long STAY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LEADERS_STAY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long memberId;
    private final BooleanSupplier leads;
    private final BooleanSupplier configured;
    private final Scheduler scheduler;
    private final LongSupplier nanoClock;
    private final Runnable listener;
    private final AtomicBoolean learned = new AtomicBoolean();
    private final AtomicBoolean told = new AtomicBoolean();

    /**
     * @param leads whether this member leads
     * @param configured whether the log still counts on this member, as far as it knows
     * @param listener runs on the scheduler's thread, or on that on which the log ended
     */
    RemovalNotice(
            long memberId,
            BooleanSupplier leads,
            BooleanSupplier configured,
            Scheduler scheduler,
            LongSupplier nanoClock,
            Runnable listener) {
        this.memberId = memberId;
        this.leads = leads;
        this.configured = configured;
        this.scheduler = scheduler;
        this.nanoClock = nanoClock;
        this.listener = listener;
    }

    @Override
    public void changed(Members members) {
        if (members.isRemoved(memberId) && learned.compareAndSet(false, true)) {
            long since = nanoClock.getAsLong();
            // Goes on until the member stops, which is what this is for.
            Scheduler.Rhythm _ = scheduler.every(PERIOD_MILLIS, () -> tellInTime(since));
        }
    }

    /**
     * The listener to what ends the log. The others end the log of a member that they have removed, often before its second
     * is over; then it is the removal that is told.
     */
    FatalListener unlessRemoved(FatalListener otherwise) {
        return (reason, cause) -> {
            if (learned.get()) {
                tell();
            } else {
                otherwise.fatal(reason, cause);
            }
        };
    }

    private void tellInTime(long sinceNanos) {
        long stay = leads.getAsBoolean() ? LEADERS_STAY_NANOS : STAY_NANOS;
        if (nanoClock.getAsLong() - sinceNanos >= stay && !configured.getAsBoolean()) {
            tell();
        }
    }

    private void tell() {
        if (told.compareAndSet(false, true)) {
            listener.run();
        }
    }
}
