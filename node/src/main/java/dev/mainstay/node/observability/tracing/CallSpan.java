package dev.mainstay.node.observability.tracing;

import dev.mainstay.node.api.CallTrace;
import dev.mainstay.node.consensus.ProposalTrace;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.concurrent.atomic.AtomicBoolean;

/** The span of a call that a client made, from its headers to the last of its answer. Any thread. */
final class CallSpan implements CallTrace {

    private final Spans spans;
    private final Span span;
    private final Context inside;
    private final WriteSpans writes;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile long closedNanos;
    private volatile Status.Code code = Status.Code.CANCELLED;

    CallSpan(Spans spans, Span span, WriteSpans writes) {
        this.spans = spans;
        this.span = span;
        this.inside = Spans.inside(span);
        this.writes = writes;
    }

    Spans spans() {
        return spans;
    }

    SpanContext context() {
        return span.getSpanContext();
    }

    Context inside() {
        return inside;
    }

    void link(SpanContext other) {
        span.addLink(other);
    }

    @Override
    public ProposalTrace proposes() {
        writes.proposed();
        return new ProposalSpan(this, writes);
    }

    @Override
    public void waitedForBarrier(long sinceNanos) {
        spans.past("read barrier", inside, sinceNanos, System.nanoTime());
    }

    /** The service has said how the call ends. */
    void closed(Status status) {
        code = status.getCode();
        closedNanos = System.nanoTime();
    }

    boolean isClosed() {
        return closedNanos != 0;
    }

    /** The answer has left for the network, or the client is gone. */
    void end() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        long now = System.nanoTime();
        if (isClosed()) {
            spans.past("answer", inside, closedNanos, now);
        }
        span.setAttribute("rpc.grpc.status_code", code.value());
        if (isFault(code)) {
            span.setStatus(StatusCode.ERROR);
        }
        spans.end(span, now);
    }

    /** Codes that are this side's fault, as OpenTelemetry's conventions for servers have it. */
    private static boolean isFault(Status.Code code) {
        return switch (code) {
            case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
            default -> false;
        };
    }
}
