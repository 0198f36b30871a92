package dev.mainstay.node.consensus;

import java.util.concurrent.TimeUnit;

/**
 * When what failed is tried again: at once for a few times, since most failures pass, and then at each heartbeat for as long as
 * they last. Not thread-safe.
 */
final class Attempts {

    /** Failures in a row after which an attempt waits for a heartbeat's time; before it for a millisecond. */
    private static final int QUICK = 5;

    private final long heartbeatMillis;
    private int failures;
    private boolean pausing;
    private long untilNanos;

    Attempts(long heartbeatMillis) {
        this.heartbeatMillis = heartbeatMillis;
    }

    void failed(long nowNanos) {
        failures = Math.min(failures + 1, QUICK + 1);
        pausing = true;
        untilNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(failures <= QUICK ? 1 : heartbeatMillis);
    }

    void succeeded() {
        failures = 0;
    }

    /** How long to wait for the next attempt, rounded up; 0 if it may be made. */
    long pauseMillis(long nowNanos) {
        if (!pausing) {
            return 0;
        }
        long nanos = untilNanos - nowNanos;
        pausing = nanos > 0;
        return pausing ? TimeUnit.NANOSECONDS.toMillis(nanos) + 1 : 0;
    }
}
