package dev.mainstay.node.observability.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The trace that a caller is in, as W3C's headers say it. */
final class TraceParent {

    static final String HEADER = "traceparent";

    private static final TextMapGetter<Headers> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Headers headers) {
            return List.of();
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
            return headers == null ? null : headers.get(key);
        }
    };

    private TraceParent() {}

    /** Finds a header by its name. */
    @FunctionalInterface
    interface Headers {

        @Nullable
        String get(String name);
    }

    /** What headers say; invalid if they say nothing or no sense. */
    static SpanContext read(Headers headers) {
        Context found = W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
        return Span.fromContext(found).getSpanContext();
    }

    /** The header that tells of a span. */
    static String of(SpanContext span) {
        return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-"
                + span.getTraceFlags().asHex();
    }
}
