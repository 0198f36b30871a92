package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.maintenance.Alarms;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Watches a member's own room, whether it leads or not: refuses writes there is no room for before they are proposed, and
 * raises NOSPACE for the whole cluster. An alarm raised because of the disk is cleared again once there is room; one
 * raised because of the quota stays until somebody clears it, as in etcd. Any thread; {@link #admitsNow} is on the path of
 * every write and costs two atomic reads and a write.
 */
public final class SpaceKeeper implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(SpaceKeeper.class.getName());
    private static final long PERIOD_MILLIS = 1_000;

    /** After so much has been let in the room is looked at again: a disk that others fill is full between two rounds. */
    private static final long TRUSTED_BYTES = 1 << 20;

    private final FreeSpace space;
    private final SpaceLimits limits;
    private final Alarms alarms;
    private final Alarm own;
    private final Proposer proposer;
    private final DiskFullMark mark;
    private final Scheduler scheduler;
    private Scheduler.@Nullable Rhythm rhythm;

    private final AtomicLong admittedBytes = new AtomicLong();
    private volatile long liveBytes;
    private volatile boolean diskFull;
    private volatile boolean proposing;
    private String told = "";

    /** @param memberId for whom alarms are raised: this member */
    public SpaceKeeper(
            FreeSpace space,
            SpaceLimits limits,
            Alarms alarms,
            long memberId,
            Proposer proposer,
            DiskFullMark mark,
            Scheduler scheduler) {
        this.space = space;
        this.limits = limits;
        this.alarms = alarms;
        this.own = new Alarm(memberId, Alarm.Type.NOSPACE);
        this.proposer = proposer;
        this.mark = mark;
        this.diskFull = mark.isSet();
        this.scheduler = scheduler;
        measure();
    }

    /**
     * Begins to watch. Once, when this member has applied again what it had applied before: an alarm that is still to come
     * from the log would seem to be none, and the reason that was noted for it would be forgotten.
     */
    public synchronized void begin() {
        rhythm = scheduler.every(PERIOD_MILLIS, this::round);
    }

    /**
     * Whether a write may surely be proposed. If not, {@link #admit} decides. Never touches the disk.
     *
     * @param costBytes {@code WriteCost} of the command; what costs nothing always may
     */
    public boolean admitsNow(long costBytes) {
        if (costBytes == 0) {
            return true;
        }
        if (alarms.isRaised(Alarm.Type.NOSPACE) || admittedBytes.get() >= TRUSTED_BYTES) {
            return false;
        }
        return take(costBytes);
    }

    /** Whether a write may be proposed; if not, it is to be refused with NO_SPACE. May look at the disk. */
    public boolean admit(long costBytes) {
        if (admitsNow(costBytes)) {
            return true;
        }
        if (alarms.isRaised(Alarm.Type.NOSPACE)) {
            return false;
        }
        measure();
        if (take(costBytes)) {
            return true;
        }
        raise();
        return false;
    }

    @Override
    public synchronized void close() {
        if (rhythm != null) {
            rhythm.close();
        }
    }

    private void round() {
        measure();
        settle(isOver(0));
    }

    private boolean take(long costBytes) {
        if (isOver(costBytes)) {
            return false;
        }
        admittedBytes.addAndGet(costBytes);
        return true;
    }

    private boolean isOver(long costBytes) {
        return diskFull || liveBytes + admittedBytes.get() + costBytes >= limits.quotaBytes();
    }

    private synchronized void measure() {
        admittedBytes.set(0);
        liveBytes = space.liveBytes();
        diskFull = space.usableBytes() < (diskFull ? limits.resumeBytes() : limits.reserveBytes());
    }

    private void raise() {
        settle(true);
    }

    /**
     * Brings the alarm in line with the room. The alarm, the mark and whether a proposal is under way are looked at under
     * one lock: a mark that goes between another thread's raising and its reason being noted would leave an alarm that
     * nobody clears.
     */
    private synchronized void settle(boolean over) {
        if (proposing) {
            return;
        }
        boolean raised = alarms.raised().contains(own);
        if (over && !raised) {
            mark.set(diskFull);
            tell(Level.WARNING, reason() + "; the cluster refuses writes (alarm NOSPACE)");
            propose(true);
        } else if (raised && !over && !diskFull && mark.isSet()) {
            tell(Level.INFO, "the disk has room again: clearing alarm NOSPACE");
            propose(false);
        } else if (!raised) {
            mark.set(false);
        }
    }

    private String reason() {
        return diskFull
                ? "the disk of this member has less than " + limits.reserveBytes() + " bytes left: make room until "
                        + limits.resumeBytes() + " are free"
                : "the data takes all of " + limits.quotaBytes()
                        + " bytes (--quota-backend-bytes): compact or delete, then disarm the alarm";
    }

    private void tell(Level level, String what) {
        if (!what.equals(told)) {
            told = what;
            LOG.log(level, what);
        }
    }

    /** One proposal at a time; a refused one is made again in the next round. */
    private void propose(boolean active) {
        proposing = true;
        CompletableFuture<Void> _ = proposer.propose(new Command.SetAlarm(own, active).by(Caller.CLUSTER))
                .thenAccept(_ -> proposing = false);
    }
}
