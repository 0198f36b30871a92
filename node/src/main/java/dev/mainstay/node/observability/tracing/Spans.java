package dev.mainstay.node.observability.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.concurrent.TimeUnit;

/** Makes spans of times that are known. Any thread. */
record Spans(Tracer tracer, SpanClock clock) {

    /** Begins a span at a time; its parent, if it has one, is sampled. */
    SpanBuilder at(String name, SpanKind kind, Context parent, long startNanos) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(parent)
                .setStartTimestamp(clock.epoch(startNanos), TimeUnit.NANOSECONDS);
    }

    /** A span that is over. */
    void past(String name, Context parent, long startNanos, long endNanos) {
        end(at(name, SpanKind.INTERNAL, parent, startNanos).startSpan(), endNanos);
    }

    /** A span that is over and whose end was not seen. */
    void failed(Span span, long endNanos) {
        span.setStatus(StatusCode.ERROR);
        end(span, endNanos);
    }

    void end(Span span, long endNanos) {
        span.end(clock.epoch(endNanos), TimeUnit.NANOSECONDS);
    }

    /** What makes a span the parent of others. */
    static Context inside(Span span) {
        return Context.root().with(span);
    }

    /** The same by what is known of a span. */
    static Context inside(SpanContext span) {
        return inside(Span.wrap(span));
    }
}
