package dev.mainstay.node.snapshot;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Keeps a stream of bytes to a rate. One thread. */
public final class Pace {

    /** What was not used in this long may be caught up on. */
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long bytesPerSecond;
    private final LongSupplier nanoClock;
    private long next;

    /** @param bytesPerSecond at least 1 */
    public Pace(long bytesPerSecond, LongSupplier nanoClock) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoClock = nanoClock;
        this.next = nanoClock.getAsLong();
    }

    /** How many nanoseconds to wait before so many bytes may be asked for. */
    public long waitNanos(int bytes) {
        long now = nanoClock.getAsLong();
        if (now - next > SLACK_NANOS) {
            next = now - SLACK_NANOS;
        }
        long wait = Math.max(0, next - now);
        next += Math.round(bytes * 1e9 / bytesPerSecond);
        return wait;
    }
}
