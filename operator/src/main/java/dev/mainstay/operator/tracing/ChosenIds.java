package dev.mainstay.operator.tracing;

import io.opentelemetry.sdk.trace.IdGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Random ids, unless the next span's are chosen: a trace's id stands in a cluster's status before its first span is over, and the span of
 * a whole operation has an id that its parts knew before it. Whoever chooses holds this object's monitor until the span is made.
 */
final class ChosenIds implements IdGenerator {

    private final IdGenerator random = IdGenerator.random();
    private @Nullable String trace;
    private @Nullable String span;

    /** The id of the span of a whole operation, which is a part of its trace's. */
    static String root(String traceId) {
        return traceId.substring(traceId.length() / 2);
    }

    /** Chooses for the next span; a null leaves it to chance. */
    synchronized void choose(@Nullable String traceId, @Nullable String spanId) {
        trace = traceId;
        span = spanId;
    }

    @Override
    public synchronized String generateTraceId() {
        String chosen = trace;
        trace = null;
        return chosen == null ? random.generateTraceId() : chosen;
    }

    @Override
    public synchronized String generateSpanId() {
        String chosen = span;
        span = null;
        return chosen == null ? random.generateSpanId() : chosen;
    }
}
