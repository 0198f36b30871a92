package dev.mainstay.node.observability.tracing;

import java.time.Instant;

/**
 * Turns times of {@link System#nanoTime} into those of the calendar. One for all spans that a trace has on a member, so that
 * they keep their order and lengths even if the wall clock is set.
 */
record SpanClock(long epochNanos, long nanos) {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    static SpanClock now() {
        Instant now = Instant.now();
        return new SpanClock(now.getEpochSecond() * NANOS_PER_SECOND + now.getNano(), System.nanoTime());
    }

    /** Nanoseconds since 1970. */
    long epoch(long nanoTime) {
        return epochNanos + (nanoTime - nanos);
    }
}
