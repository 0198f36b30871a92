package dev.mainstay.node.leader;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Cluster elapsed time as the leader knows it: what the log said when this member took office, and what has passed since.
 * While nobody leads it stands still, so that no lease ages unwatched. Any thread.
 */
public final class ClusterClock {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier nanoClock;
    private final LongSupplier appliedMillis;
    private volatile Term term;

    /**
     * @param nanoClock a monotonic clock in nanoseconds, such as {@code System::nanoTime}
     * @param appliedMillis the clock of the replicated state, such as {@code Applier::clockMillis}
     */
    public ClusterClock(LongSupplier nanoClock, LongSupplier appliedMillis) {
        this.nanoClock = nanoClock;
        this.appliedMillis = appliedMillis;
        this.term = new Term(false, 0, 0);
    }

    private record Term(boolean leading, long baseMillis, long baseNanos) {}

    /** Starts the clock. Called once this member leads and has applied everything that earlier leaders committed. */
    public void lead() {
        term = new Term(true, appliedMillis.getAsLong(), nanoClock.getAsLong());
    }

    /** Stops the clock. */
    public void follow() {
        term = new Term(false, 0, 0);
    }

    /** The same while this member leads; empty while it doesn't. */
    public OptionalLong leadersMillis() {
        Term now = term;
        return now.leading ? OptionalLong.of(millis(now)) : OptionalLong.empty();
    }

    /** Milliseconds of cluster elapsed time; at a follower those of the last applied entry. */
    public long millis() {
        Term now = term;
        return now.leading ? millis(now) : appliedMillis.getAsLong();
    }

    private long millis(Term leading) {
        return leading.baseMillis + (nanoClock.getAsLong() - leading.baseNanos) / NANOS_PER_MILLI;
    }
}
