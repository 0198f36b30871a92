package dev.mainstay.node.consensus;

import java.util.function.LongSupplier;
import org.apache.ratis.metrics.Timekeeper;

/** Times each fsync of the log, and shows one that hasn't come back. The log thread starts and stops it. */
final class SyncClock implements Timekeeper {

    private static final long IDLE = Long.MIN_VALUE;

    private final LongSupplier nanoClock;
    private final ConsensusMeter meter;
    private volatile long startedNanos = IDLE;
    private volatile long endedNanos;

    /** In all; the log thread's. */
    private long syncNanos;

    SyncClock(LongSupplier nanoClock, ConsensusMeter meter) {
        this.nanoClock = nanoClock;
        this.meter = meter;
    }

    @Override
    public Context time() {
        long started = nanoClock.getAsLong();
        startedNanos = started;
        return () -> {
            long nanos = nanoClock.getAsLong() - started;
            startedNanos = IDLE;
            endedNanos = started + nanos;
            syncNanos += nanos;
            meter.synced(nanos);
            return nanos;
        };
    }

    /** Times what the log thread writes, without the fsyncs that it makes meanwhile. */
    Timekeeper writes() {
        return () -> {
            long started = nanoClock.getAsLong();
            long syncsBefore = syncNanos;
            return () -> {
                long nanos = nanoClock.getAsLong() - started - (syncNanos - syncsBefore);
                meter.written(nanos);
                return nanos;
            };
        };
    }

    /** When the last fsync ended, on the nano clock; 0 before the first. */
    long endedNanos() {
        return endedNanos;
    }

    /** How long the fsync that runs now has taken so far; 0 if none runs. */
    long runningNanos() {
        long started = startedNanos;
        return started == IDLE ? 0 : nanoClock.getAsLong() - started;
    }
}
