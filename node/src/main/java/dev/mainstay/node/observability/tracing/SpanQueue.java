package dev.mainstay.node.observability.tracing;

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
import java.util.concurrent.atomic.LongAdder;

/**
 * Spans on their way to the collector, bounded: what finds no room is counted and gone, so that nobody ever waits for a collector.
 * Counts here, since the processor behind it, which drops silently, has room for as many. Any thread.
 */
final class SpanQueue implements SpanProcessor {

    private static final System.Logger LOG = System.getLogger(SpanQueue.class.getName());

    private static final int MOST_AT_ONCE = 512;
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final int room;
    private final String address;
    private final SpanProcessor sender;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder crowdedOut = new LongAdder();
    private final LongAdder unsent = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final AtomicBoolean failing = new AtomicBoolean();

    /**
     * @param address the collector's, for the log
     * @param room how many spans may wait
     */
    SpanQueue(SpanExporter collector, String address, int room) {
        this.room = room;
        this.address = address;
        this.sender = BatchSpanProcessor.builder(new Counted(collector))
                .setMaxQueueSize(room)
                .setMaxExportBatchSize(Math.min(room, MOST_AT_ONCE))
                .setScheduleDelay(PERIOD)
                .build();
    }

    /** Spans that wait to be sent. */
    int waiting() {
        return waiting.get();
    }

    /** Spans that found no room. */
    long crowdedOut() {
        return crowdedOut.sum();
    }

    /** Spans that the collector didn't take, or couldn't be reached for. */
    long unsent() {
        return unsent.sum();
    }

    /** Spans that the collector has taken. */
    long sent() {
        return sent.sum();
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
            crowdedOut.increment();
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
        unsent.add(spans);
        if (failing.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the collector at " + address
                            + " doesn't take traces; they are dropped until it does, and calls go on");
        }
    }

    private void succeeded(int spans) {
        sent.add(spans);
        if (failing.compareAndSet(true, false)) {
            LOG.log(System.Logger.Level.INFO, "the collector at " + address + " takes traces again");
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
