package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A command on its way, and the answer that its proposer waits for. */
final class Proposal extends CompletableFuture<Outcome> {

    final Command command;
    final int bytes;
    final long deadlineNanos;
    final @Nullable ProposalTrace trace;
    private final BooleanSupplier gone;

    /**
     * @param bytes about how much the command takes in the log
     * @param deadlineNanos when to stop waiting, on the member's nano clock
     * @param gone see {@link Proposer}
     * @param trace hears of its way, if its call is traced
     */
    Proposal(Command command, int bytes, long deadlineNanos, BooleanSupplier gone, @Nullable ProposalTrace trace) {
        this.command = command;
        this.bytes = bytes;
        this.deadlineNanos = deadlineNanos;
        this.gone = gone;
        this.trace = trace;
    }

    /** Whether it has no answer yet and somebody waits for one. */
    boolean isAwaited() {
        return !isDone() && !gone.getAsBoolean();
    }

    /**
     * Whether it is worth something only from a member that leads. What a leader decided by its own clock must not reach
     * the log through its successor, whose clock may say otherwise.
     */
    boolean isLeadersOwn() {
        return command instanceof Command.ExpireLease
                || command instanceof Command.RenewLease
                || command instanceof Command.MarkArchive
                || command instanceof Command.Tick;
    }
}
