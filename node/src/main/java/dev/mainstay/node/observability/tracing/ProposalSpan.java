package dev.mainstay.node.observability.tracing;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.consensus.BatchTrace;
import dev.mainstay.node.consensus.ProposalTrace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a traced call proposed. */
final class ProposalSpan implements ProposalTrace {

    private final CallSpan call;
    private final WriteSpans writes;
    private final long proposedNanos = System.nanoTime();
    private volatile @Nullable BatchSpan batch;

    ProposalSpan(CallSpan call, WriteSpans writes) {
        this.call = call;
        this.writes = writes;
    }

    @Override
    public BatchTrace batched(List<ProposalTrace> traced, int commands) {
        long now = System.nanoTime();
        Spans spans = call.spans();
        SpanBuilder builder = spans.at("batch", SpanKind.INTERNAL, call.inside(), now)
                .setAttribute("mainstay.batch.commands", commands)
                .setAttribute("mainstay.batch.traced", traced.size());
        for (ProposalTrace one : traced) {
            if (one instanceof ProposalSpan proposal) {
                builder.addLink(proposal.call.context());
            }
        }
        Span span = builder.startSpan();
        BatchSpan made = new BatchSpan(spans, span);
        for (ProposalTrace one : traced) {
            if (one instanceof ProposalSpan proposal) {
                proposal.leaves(made, span, now);
            }
        }
        return made;
    }

    private void leaves(BatchSpan made, Span span, long now) {
        batch = made;
        call.spans().past("queue", call.inside(), proposedNanos, now);
        if (!span.getSpanContext().getTraceId().equals(call.context().getTraceId())) {
            call.link(span.getSpanContext());
        }
    }

    @Override
    public void applied(Outcome outcome) {
        BatchSpan known = batch;
        if (known != null && wrote(outcome)) {
            writes.wrote(revision(outcome), call, known.appliedNanos());
        }
    }

    private static boolean wrote(Outcome outcome) {
        return switch (outcome) {
            case Outcome.PutDone _ -> true;
            case Outcome.Deleted deleted -> deleted.count() > 0;
            case Outcome.TxnDone txn -> txn.results().stream().anyMatch(ProposalSpan::wrote);
            default -> false;
        };
    }

    private static long revision(Outcome outcome) {
        return switch (outcome) {
            case Outcome.PutDone(long revision, var _) -> revision;
            case Outcome.Deleted(long revision, var _, var _) -> revision;
            case Outcome.TxnDone(long revision, var _, var _) -> revision;
            default -> 0;
        };
    }
}
