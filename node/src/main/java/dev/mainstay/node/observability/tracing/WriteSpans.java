package dev.mainstay.node.observability.tracing;

import dev.mainstay.node.api.CallTrace;
import dev.mainstay.node.api.Deliveries;
import io.grpc.ServerCall;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Links deliveries of events to the traced calls that wrote them, if those were made on this member a short while ago. A watcher
 * may have its event before the call knows its outcome, so deliveries are kept for a moment too. Any thread.
 */
final class WriteSpans implements Deliveries {

    /** As long as a call may wait for the log, about. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final int MOST_WRITES = 1024;
    private static final int MOST_EARLY = 1024;

    private final Map<Long, Write> writes = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Write> eldest) {
            return size() > MOST_WRITES;
        }
    };
    private final ArrayDeque<Early> early = new ArrayDeque<>();
    private volatile long listenUntilNanos = System.nanoTime();

    private record Write(CallSpan call, long appliedNanos) {}

    /** A delivery whose write isn't known, or not yet. */
    private record Early(@Nullable CallSpan watch, long revision, int events, long nanos) {}

    /** A traced call proposes a change. */
    void proposed() {
        listenUntilNanos = System.nanoTime() + WINDOW_NANOS;
    }

    /** A traced call has written this revision. */
    void wrote(long revision, CallSpan call, long appliedNanos) {
        Write write = new Write(call, appliedNanos);
        synchronized (this) {
            writes.put(revision, write);
            Iterator<Early> left = early.iterator();
            while (left.hasNext()) {
                Early delivery = left.next();
                if (delivery.revision() == revision) {
                    left.remove();
                    tell(write, delivery);
                }
            }
        }
    }

    @Override
    public boolean isListening() {
        return System.nanoTime() - listenUntilNanos < 0;
    }

    @Override
    public void delivered(ServerCall<?, ?> call, long revision, int events) {
        long now = System.nanoTime();
        CallSpan watch = CallTrace.of(call) instanceof CallSpan traced ? traced : null;
        Early delivery = new Early(watch, revision, events, now);
        synchronized (this) {
            Write write = writes.get(revision);
            if (write != null) {
                tell(write, delivery);
                return;
            }
            while (!early.isEmpty()
                    && (early.size() >= MOST_EARLY || now - early.peekFirst().nanos() > WINDOW_NANOS)) {
                early.removeFirst();
            }
            early.addLast(delivery);
        }
    }

    /** In the trace of the watch stream if that is traced, else in the write's. */
    private static void tell(Write write, Early delivery) {
        CallSpan watch = delivery.watch();
        Context parent = watch != null ? watch.inside() : write.call().inside();
        Spans spans = write.call().spans();
        spans.end(
                spans.at("watch delivery", SpanKind.INTERNAL, parent, write.appliedNanos())
                        .addLink(write.call().context())
                        .setAttribute("mainstay.revision", delivery.revision())
                        .setAttribute("mainstay.events", delivery.events())
                        .startSpan(),
                delivery.nanos());
    }
}
