package dev.mainstay.node.consensus;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ten times a second: answers what has waited too long, and complains of an fsync that takes longer than an election. Its
 * own thread, since a stuck disk may hold every other one.
 */
final class Watchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Runnable sweep;
    private final SyncClock syncClock;
    private final ConsensusMeter meter;
    private final LongSupplier nanoClock;
    private final long slowNanos;
    private final Thread thread;
    private volatile boolean closed;
    private long complainedNanos;

    Watchdog(Runnable sweep, SyncClock syncClock, ConsensusMeter meter, LongSupplier nanoClock, long slowNanos) {
        this.sweep = sweep;
        this.syncClock = syncClock;
        this.meter = meter;
        this.nanoClock = nanoClock;
        this.slowNanos = slowNanos;
        this.complainedNanos = nanoClock.getAsLong() - slowNanos;
        this.thread = Thread.ofPlatform().daemon().name("consensus-watchdog").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            LockSupport.parkNanos(this, PERIOD_NANOS);
            try {
                sweep.run();
                watchDisk();
            } catch (RuntimeException e) {
                LOG.error("watchdog", e);
            }
        }
    }

    private void watchDisk() {
        long running = syncClock.runningNanos();
        long now = nanoClock.getAsLong();
        if (running > slowNanos && now - complainedNanos >= slowNanos) {
            complainedNanos = now;
            LOG.warn(
                    "the disk is too slow: an fsync of the log has taken {} ms so far, writes wait for it",
                    TimeUnit.NANOSECONDS.toMillis(running));
            meter.slowDisk(running);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
