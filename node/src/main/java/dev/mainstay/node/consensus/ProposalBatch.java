package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Proposals that travel in one log entry. Made by the batcher, finished once, by whoever learns its fate first. */
final class ProposalBatch {

    private final List<Proposal> proposals;
    private final CommandBatch commands;
    private final long handedOverNanos;
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile boolean appended;

    ProposalBatch(List<Proposal> proposals, long clockMillis, long handedOverNanos) {
        this.proposals = proposals;
        this.handedOverNanos = handedOverNanos;
        var list = new ArrayList<Command>(proposals.size());
        for (Proposal proposal : proposals) {
            list.add(proposal.command);
        }
        this.commands = new CommandBatch(clockMillis, list);
    }

    CommandBatch commands() {
        return commands;
    }

    List<Proposal> proposals() {
        return proposals;
    }

    int size() {
        return proposals.size();
    }

    long handedOverNanos() {
        return handedOverNanos;
    }

    /** From now on the log may hold the batch: what becomes of it is no longer certain until it is applied. */
    void appended() {
        appended = true;
    }

    boolean mayBeInLog() {
        return appended;
    }

    /** Whether the caller is the one who finishes this batch. */
    boolean finish() {
        return finished.compareAndSet(false, true);
    }

    void answer(List<Outcome> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            proposals.get(i).complete(outcomes.get(i));
        }
    }

    /** Answers every proposal that has no answer yet; returns how many that were. */
    int refuse(ErrorCode code) {
        int refused = 0;
        for (Proposal proposal : proposals) {
            if (proposal.complete(new Outcome.Refused(code))) {
                refused++;
            }
        }
        return refused;
    }

    /** Answers the proposals whose time is over; returns how many that were. */
    int expire(long nowNanos) {
        int expired = 0;
        for (Proposal proposal : proposals) {
            if (proposal.deadlineNanos - nowNanos <= 0 && proposal.complete(new Outcome.Refused(ErrorCode.TIMEOUT))) {
                expired++;
            }
        }
        return expired;
    }
}
