package dev.mainstay.operator.tracing;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Traces of passes over objects, and of the operations that many passes make up. All passes of an operation share its trace: its id stands
 * in the cluster's status, so that an operator that takes over goes on with it. The span of the whole operation is sent when it is over,
 * under an id that its passes name as their parent from the first one on. Any thread. {@link #close} sends what waits, for a moment.
 */
public final class Tracing implements AutoCloseable {

    private static final int MOST_WAITING_SPANS = 8192;
    private static final Duration EXPORT_LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration FLUSH = Duration.ofSeconds(2);

    /** The library's own, which says each failure at length; {@link SpanQueue} says it once. Held, or it would be forgotten. */
    private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");

    private final InstantSource clock;
    private final ChosenIds ids = new ChosenIds();
    private final @Nullable SdkTracerProvider provider;
    private final @Nullable Tracer tracer;

    private Tracing(InstantSource clock) {
        this.clock = clock;
        this.provider = null;
        this.tracer = null;
    }

    private Tracing(TraceSettings settings, InstantSource clock, MeterRegistry meters) {
        LIBRARY.setLevel(Level.OFF);
        this.clock = clock;
        SdkTracerProvider made = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(resource(settings))))
                .setSampler(Sampler.alwaysOn())
                .setIdGenerator(ids)
                .addSpanProcessor(new SpanQueue(
                        OtlpGrpcSpanExporter.builder()
                                .setEndpoint(settings.endpoint())
                                .setTimeout(EXPORT_LIMIT)
                                .setRetryPolicy(RetryPolicy.builder()
                                        .setMaxAttempts(3)
                                        .setInitialBackoff(FIRST_PAUSE)
                                        .build())
                                .build(),
                        settings.endpoint(),
                        MOST_WAITING_SPANS,
                        meters))
                .build();
        this.provider = made;
        this.tracer = made.get("mainstay-operator", settings.version());
    }

    /** None: passes just run. */
    public static Tracing off() {
        return new Tracing(InstantSource.system());
    }

    /** To the collector of the settings, or none if they name none; doesn't wait for it. What becomes of spans is counted in {@code meters}. */
    public static Tracing of(TraceSettings settings, InstantSource clock, MeterRegistry meters) {
        return settings.endpoint().isEmpty() ? new Tracing(clock) : new Tracing(settings, clock, meters);
    }

    private static Attributes resource(TraceSettings settings) {
        AttributesBuilder attributes =
                Attributes.builder().put("service.name", settings.service()).put("service.version", settings.version());
        if (!settings.instance().isEmpty()) {
            attributes.put("service.instance.id", settings.instance());
        }
        return attributes.build();
    }

    /** Begins to note a pass over the object of this kind. */
    public PassTrace pass(String kind, String namespace, String name) {
        return new PassTrace(
                this, "reconcile " + kind, tracer == null ? "" : ids.generateTraceId(), labels(kind, namespace, name));
    }

    /** An operation on a cluster is over. Does nothing for one that was begun while tracing was off. */
    public void operation(
            String operation, @Nullable String traceId, Instant begin, String namespace, String name, String result) {
        if (tracer == null || traceId == null || !isTrace(traceId)) {
            return;
        }
        Map<String, String> attributes = new TreeMap<>(labels("EtcdCluster", namespace, name));
        attributes.put("mainstay.result", result);
        Span span;
        synchronized (ids) {
            ids.choose(traceId, ChosenIds.root(traceId));
            span = builder(tracer, operation, begin, attributes).setNoParent().startSpan();
        }
        span.end(now());
    }

    private static Map<String, String> labels(String kind, String namespace, String name) {
        return Map.of("mainstay.kind", kind, "k8s.namespace.name", namespace, "mainstay.object", name);
    }

    /** A pass is over, and so are its parts. */
    void passed(Step pass, String traceId, @Nullable String operation, List<Step> steps) {
        Tracer to = tracer;
        if (to == null) {
            return;
        }
        Span span;
        SpanBuilder builder = builder(to, pass.name(), pass.begin(), pass.attributes());
        if (operation != null && isTrace(operation)) {
            SpanContext whole = SpanContext.createFromRemoteParent(
                    operation, ChosenIds.root(operation), TraceFlags.getSampled(), TraceState.getDefault());
            span = builder.setParent(Context.root().with(Span.wrap(whole))).startSpan();
        } else {
            synchronized (ids) {
                ids.choose(traceId, null);
                span = builder.setNoParent().startSpan();
            }
        }
        Context inside = Context.root().with(span);
        for (Step step : steps) {
            end(
                    builder(to, step.name(), step.begin(), step.attributes())
                            .setParent(inside)
                            .startSpan(),
                    step);
        }
        end(span, pass);
    }

    private static boolean isTrace(String id) {
        return TraceId.isValid(id) && TraceId.isValid("0".repeat(id.length() / 2) + ChosenIds.root(id));
    }

    private static SpanBuilder builder(Tracer tracer, String name, Instant begin, Map<String, String> attributes) {
        SpanBuilder builder = tracer.spanBuilder(name).setStartTimestamp(begin);
        attributes.forEach(builder::setAttribute);
        return builder;
    }

    private static void end(Span span, Step step) {
        Throwable failure = step.failure();
        if (failure != null) {
            String message = failure.getMessage();
            span.setAttribute("exception.type", failure.getClass().getName());
            span.setStatus(StatusCode.ERROR, message == null ? "" : message);
        }
        span.end(step.end());
    }

    Instant now() {
        return clock.instant();
    }

    @Override
    public void close() {
        close(FLUSH);
    }

    /** Gives what waits so long to be sent. */
    void close(Duration limit) {
        if (provider != null) {
            provider.shutdown().join(limit.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
