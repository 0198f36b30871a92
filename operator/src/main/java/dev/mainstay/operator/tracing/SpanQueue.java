package dev.mainstay.operator.tracing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Spans on their way to the collector, bounded: what finds no room is counted and gone, so that no pass ever waits for a collector. The
 * processor behind it, which would drop silently, has room for as many. Any thread.
 */
final class SpanQueue implements SpanProcessor {

    private static final Logger LOG = Logger.getLogger(SpanQueue.class);
    private static final int MOST_AT_ONCE = 512;
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final int room;
    private final String endpoint;
    private final SpanProcessor sender;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean failing = new AtomicBoolean();
    private final Counter sent;
    private final Counter unsent;
    private final Counter dropped;

    /**
     * @param endpoint the collector's, for the log
     * @param room how many spans may wait
     */
    SpanQueue(SpanExporter collector, String endpoint, int room, MeterRegistry meters) {
        this.room = room;
        this.endpoint = endpoint;
        this.sender = BatchSpanProcessor.builder(new Counted(collector))
                .setMaxQueueSize(room)
                .setMaxExportBatchSize(Math.min(room, MOST_AT_ONCE))
                .setScheduleDelay(PERIOD)
                .build();
        Gauge.builder("etcd_operator_trace_spans_waiting", waiting, AtomicInteger::get)
                .description("Spans that wait to be sent to the collector.")
                .register(meters);
        this.sent = counter(meters, "etcd_operator_trace_spans_sent", "Spans sent to the collector.");
        this.unsent =
                counter(meters, "etcd_operator_trace_spans_unsent", "Spans lost since the collector didn't take them.");
        this.dropped = counter(meters, "etcd_operator_trace_spans_dropped", "Spans dropped since too many waited.");
    }

    private static Counter counter(MeterRegistry meters, String name, String help) {
        return Counter.builder(name).description(help).register(meters);
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (waiting.incrementAndGet() > room) {
            waiting.decrementAndGet();
            dropped.increment();
        } else {
            sender.onEnd(span);
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    @Override
    public CompletableResultCode shutdown() {
        return sender.shutdown();
    }

    @Override
    public CompletableResultCode forceFlush() {
        return sender.forceFlush();
    }

    private void failed(int spans) {
        unsent.increment(spans);
        if (failing.compareAndSet(false, true)) {
            LOG.warnf("the collector at %s doesn't take traces; they are dropped until it does", endpoint);
        }
    }

    private void succeeded(int spans) {
        sent.increment(spans);
        if (failing.compareAndSet(true, false)) {
            LOG.infof("the collector at %s takes traces again", endpoint);
        }
    }

    /** What the processor sends through. */
    private final class Counted implements SpanExporter {

        private final SpanExporter collector;

        Counted(SpanExporter collector) {
            this.collector = collector;
        }

        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            int count = spans.size();
            waiting.addAndGet(-count);
            CompletableResultCode result = collector.export(spans);
            return result.whenComplete(() -> {
                if (result.isSuccess()) {
                    succeeded(count);
                } else {
                    failed(count);
                }
            });
        }

        @Override
        public CompletableResultCode flush() {
            return collector.flush();
        }

        @Override
        public CompletableResultCode shutdown() {
            return collector.shutdown();
        }
    }
}
