package dev.mainstay.operator.backup;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** When an object is looked at again, though nothing happens. */
final class Again {

    /** Something was done, so there may be more to do. */
    static final Duration AT_ONCE = Duration.ofMillis(200);

    /** A job runs; its end is told by an event, and what holds it up isn't. */
    static final Duration WHILE_RUNNING = Duration.ofSeconds(10);

    /** What is waited for makes no events that reach us. */
    static final Duration WHILE_WAITING = Duration.ofSeconds(15);

    /** Nothing is to be done. */
    static final Duration AT_REST = Duration.ofMinutes(10);

    private static final Duration LEAST = Duration.ofMillis(1);

    private Again() {}

    /** At this very time; at rest for none. */
    static Duration at(@Nullable Instant time, Instant now) {
        if (time == null) {
            return AT_REST;
        }
        Duration until = Duration.between(now, time);
        return until.compareTo(LEAST) < 0 ? LEAST : until.compareTo(AT_REST) > 0 ? AT_REST : until;
    }

    /** The sooner of two. */
    static Duration sooner(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
