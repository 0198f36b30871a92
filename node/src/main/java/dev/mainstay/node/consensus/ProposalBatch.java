package dev.mainstay.node.consensus;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Proposals that travel together, as often as it takes. Made by the batcher, finished once, by whoever learns its fate
 * first.
 */
final class ProposalBatch implements EntryPart {

    private final List<Proposal> proposals;
    private final List<Command> commands;
    private final BatchOrigin origin;
    private final boolean leadersOwn;
    private final long office;
    private final @Nullable BatchTrace trace;
    private final AtomicBoolean finished = new AtomicBoolean();
    private final AtomicInteger failures = new AtomicInteger();
    private byte[] body = {};
    private long sentNanos;
    private volatile int attempt;

    /**
     * @param leadersOwn whether it dies with this member's leadership instead of being sent to another leader
     * @param office which leadership that is
     */
    ProposalBatch(List<Proposal> proposals, BatchOrigin origin, boolean leadersOwn, long office) {
        this.proposals = proposals;
        this.origin = origin;
        this.leadersOwn = leadersOwn;
        this.office = office;
        this.commands = new ArrayList<>(proposals.size());
        List<ProposalTrace> traced = null;
        for (Proposal proposal : proposals) {
            commands.add(proposal.command);
            if (proposal.trace != null) {
                traced = traced == null ? new ArrayList<>() : traced;
                traced.add(proposal.trace);
            }
        }
        this.trace = traced == null ? null : traced.getFirst().batched(traced, proposals.size());
    }

    @Override
    public BatchOrigin origin() {
        return origin;
    }

    @Override
    public List<Command> commands() {
        return commands;
    }

    @Override
    public @Nullable BatchTrace trace() {
        return trace;
    }

    boolean isLeadersOwn() {
        return leadersOwn;
    }

    long office() {
        return office;
    }

    int size() {
        return proposals.size();
    }

    /** What is sent. Batcher thread. */
    byte[] body() {
        if (body.length == 0) {
            body = CommandCodec.body(origin, commands);
        }
        return body;
    }

    /** Begins another attempt and returns its number, from 1. Batcher thread. */
    int nextAttempt(long nowNanos) {
        if (attempt == 0) {
            sentNanos = nowNanos;
        }
        int next = attempt + 1;
        attempt = next;
        return next;
    }

    /** The attempt under way, 0 before the first. */
    int attempt() {
        return attempt;
    }

    void attemptFailed() {
        failures.incrementAndGet();
    }

    /** It goes another way from now on, on which nothing has failed yet. */
    void rerouted() {
        failures.set(0);
    }

    /** Attempts that failed on the way it goes now. */
    int failures() {
        return failures.get();
    }

    /** When it was first sent. */
    long sentNanos() {
        return sentNanos;
    }

    /** Whether the caller is the one who finishes this batch. */
    boolean finish() {
        return finished.compareAndSet(false, true);
    }

    boolean isFinished() {
        return finished.get();
    }

    void answer(List<Outcome> outcomes) {
        if (trace != null) {
            traceOutcomes(outcomes);
        }
        for (int i = 0; i < outcomes.size(); i++) {
            proposals.get(i).complete(outcomes.get(i));
        }
    }

    /** Before the answers, so that a trace is whole when its call is answered. */
    private void traceOutcomes(List<Outcome> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            ProposalTrace hearer = proposals.get(i).trace;
            if (hearer != null) {
                hearer.applied(outcomes.get(i));
            }
        }
        endTrace();
    }

    /** Whether somebody still waits for an answer. */
    boolean isAwaited() {
        for (Proposal proposal : proposals) {
            if (proposal.isAwaited()) {
                return true;
            }
        }
        return false;
    }

    /** Answers every proposal that has no answer yet; returns how many that were. */
    int refuse(ErrorCode code) {
        int refused = 0;
        for (Proposal proposal : proposals) {
            if (proposal.complete(new Outcome.Refused(code))) {
                refused++;
            }
        }
        endTrace();
        return refused;
    }

    private void endTrace() {
        if (trace != null) {
            trace.ended();
        }
    }

    /** The proposals without an answer whose time is over. */
    List<Proposal> expired(long nowNanos) {
        List<Proposal> expired = new ArrayList<>(0);
        for (Proposal proposal : proposals) {
            if (proposal.deadlineNanos - nowNanos <= 0 && !proposal.isDone()) {
                expired.add(proposal);
            }
        }
        return expired;
    }
}
