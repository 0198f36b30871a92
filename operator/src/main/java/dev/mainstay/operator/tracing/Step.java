package dev.mainstay.operator.tracing;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A part of a pass that is over.
 *
 * @param name what was done
 * @param begin when it began
 * @param end when it ended
 * @param attributes what else to know of it
 * @param failure why it wasn't done; null if it was
 */
record Step(
        String name,
        Instant begin,
        Instant end,
        Map<String, String> attributes,
        @Nullable Throwable failure) {}
