package dev.mainstay.node.observability.tracing;

import dev.mainstay.node.consensus.BatchTrace;
import dev.mainstay.node.membership.MemberId;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * The span of a batch, on the member whose calls are in it or on the leader that it was forwarded to. One batch is in the hands
 * of one thread after the other; a leader that is slow may answer beside them.
 */
final class BatchSpan implements BatchTrace {

    private final Spans spans;
    private final Span span;
    private final Context inside;
    private @Nullable Span forward;
    private long appendingNanos;
    private long appliedNanos;
    private boolean ended;

    BatchSpan(Spans spans, Span span) {
        this.spans = spans;
        this.span = span;
        this.inside = Spans.inside(span);
    }

    @Override
    public synchronized void appending() {
        appendingNanos = System.nanoTime();
    }

    @Override
    public synchronized String forwarding(long leaderId) {
        endForward(false);
        Span sent = spans.at("forward", SpanKind.CLIENT, inside, System.nanoTime())
                .setAttribute("mainstay.leader", MemberId.hex(leaderId))
                .startSpan();
        forward = sent;
        SpanContext context = sent.getSpanContext();
        return TraceParent.of(context);
    }

    @Override
    public synchronized void forwarded(boolean applied) {
        endForward(applied);
    }

    @Override
    public synchronized void applied(long startedNanos, long syncedNanos) {
        if (ended) {
            return;
        }
        appliedNanos = startedNanos;
        if (appendingNanos != 0) {
            boolean synced = syncedNanos - appendingNanos > 0 && syncedNanos - startedNanos < 0;
            spans.past("raft append", inside, appendingNanos, synced ? syncedNanos : startedNanos);
            spans.past("raft replicate", inside, appendingNanos, startedNanos);
        }
        spans.past("apply", inside, startedNanos, System.nanoTime());
    }

    /** When apply began with the batch's entry; 0 before. */
    synchronized long appliedNanos() {
        return appliedNanos;
    }

    @Override
    public synchronized void ended() {
        if (ended) {
            return;
        }
        ended = true;
        long now = System.nanoTime();
        if (appliedNanos == 0) {
            spans.failed(span, now);
        } else {
            spans.end(span, now);
        }
    }

    private void endForward(boolean applied) {
        Span sent = forward;
        forward = null;
        if (sent == null) {
            return;
        }
        if (applied) {
            spans.end(sent, System.nanoTime());
        } else {
            spans.failed(sent, System.nanoTime());
        }
    }
}
