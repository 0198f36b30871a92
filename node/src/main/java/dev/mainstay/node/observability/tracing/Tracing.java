package dev.mainstay.node.observability.tracing;

import dev.mainstay.node.api.Deliveries;
import dev.mainstay.node.consensus.BatchTrace;
import dev.mainstay.node.consensus.Traces;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.observability.MemberGauges;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The tracing of a member; there is none of this when it is switched off. A client's word on whether its call is traced counts;
 * without one the sampling rate decides. {@link #close} sends what waits, for a moment.
 */
public final class Tracing implements AutoCloseable {

    private static final int MOST_WAITING_SPANS = 8192;

    /** As many proposals as are ever traced in one batch; the SDK would keep 128. */
    private static final int MOST_LINKS = 4096;

    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();
    private static final Duration EXPORT_LIMIT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final long FLUSH_SECONDS = 2;

    /** The library's own, which says each failure at length; {@link SpanQueue} says it once. Held, or it would be forgotten. */
    private static final Logger LIBRARY = Logger.getLogger("io.opentelemetry");

    private final SpanQueue queue;
    private final SdkTracerProvider provider;
    private final Tracer tracer;
    private final WriteSpans writes = new WriteSpans();
    private final ServerInterceptor calls;

    /**
     * Starts to trace; doesn't wait for the collector.
     *
     * @param memberId in the resource of the spans
     * @param version of this program
     */
    public Tracing(TraceSettings settings, long memberId, String version) {
        LIBRARY.setLevel(Level.OFF);
        queue = new SpanQueue(
                OtlpGrpcSpanExporter.builder()
                        .setEndpoint("http://" + settings.address())
                        .setTimeout(EXPORT_LIMIT)
                        .setRetryPolicy(RetryPolicy.builder()
                                .setMaxAttempts(3)
                                .setInitialBackoff(FIRST_PAUSE)
                                .build())
                        .build(),
                settings.address(),
                MOST_WAITING_SPANS);
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(resource(settings, memberId, version))))
                .setSampler(Sampler.parentBased(Sampler.alwaysOn()))
                .setSpanLimits(
                        SpanLimits.builder().setMaxNumberOfLinks(MOST_LINKS).build())
                .addSpanProcessor(queue)
                .build();
        tracer = provider.get("mainstay", version);
        calls = new CallTracing(tracer, settings.samplesPerMillion(), RANDOM, writes);
    }

    private static Attributes resource(TraceSettings settings, long memberId, String version) {
        AttributesBuilder attributes = Attributes.builder()
                .put("service.name", settings.serviceName())
                .put("service.version", version)
                .put("mainstay.member", MemberId.hex(memberId));
        settings.instanceId().ifPresent(id -> attributes.put("service.instance.id", id));
        return attributes.build();
    }

    /** What stands around every call. */
    public ServerInterceptor calls() {
        return calls;
    }

    /** What hears of events that go to watchers. */
    public Deliveries deliveries() {
        return writes;
    }

    /** What hears of other members' batches. */
    public Traces batches() {
        return this::forwarded;
    }

    private @Nullable BatchTrace forwarded(String traceparent, long from) {
        SpanContext parent = TraceParent.read(name -> name.equals(TraceParent.HEADER) ? traceparent : null);
        if (!parent.isValid() || !parent.isSampled()) {
            return null;
        }
        Spans spans = new Spans(tracer, SpanClock.now());
        return new BatchSpan(
                spans,
                spans.at("batch", SpanKind.SERVER, Spans.inside(parent), System.nanoTime())
                        .setAttribute("mainstay.from", MemberId.hex(from))
                        .startSpan());
    }

    /** Shows what becomes of the spans. */
    public void bind(MemberGauges gauges) {
        gauges.gauge("mainstay_trace_spans_waiting", "Spans that wait to be sent to the collector.", queue::waiting);
        gauges.counter("mainstay_trace_spans_sent_total", "Spans sent to the collector.", queue, SpanQueue::sent);
        gauges.counter(
                "mainstay_trace_spans_dropped_total",
                "Spans dropped since too many waited.",
                queue,
                SpanQueue::crowdedOut);
        gauges.counter(
                "mainstay_trace_spans_unsent_total",
                "Spans lost since the collector didn't take them.",
                queue,
                SpanQueue::unsent);
    }

    @Override
    public void close() {
        provider.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS);
    }
}
