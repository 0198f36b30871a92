package dev.mainstay.node.leader;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.consensus.Proposer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Proposes what is missing, one proposal at a time and with pauses, until nothing is missing any more. A refusal or a lost
 * answer is no reason to give up: what the state says decides. Any thread.
 */
final class RepeatedProposal implements AutoCloseable {

    private static final long PERIOD_MILLIS = 100;

    private final BooleanSupplier reached;
    private final Supplier<Optional<Command>> next;
    private final Proposer proposer;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private Scheduler.@Nullable Rhythm rhythm;
    private boolean proposing;

    /**
     * @param reached whether nothing is left to do
     * @param next what to propose now; empty while there is something to wait for first
     */
    RepeatedProposal(BooleanSupplier reached, Supplier<Optional<Command>> next, Proposer proposer) {
        this.reached = reached;
        this.next = next;
        this.proposer = proposer;
    }

    /** Begins, once. */
    synchronized RepeatedProposal start(Scheduler scheduler) {
        rhythm = scheduler.every(PERIOD_MILLIS, this::round);
        round();
        return this;
    }

    /** Completed when nothing is missing any more; cancelled when this is closed before. */
    CompletableFuture<Void> done() {
        return done;
    }

    @Override
    public synchronized void close() {
        if (rhythm != null) {
            rhythm.close();
        }
        done.cancel(false);
    }

    private synchronized void round() {
        if (proposing || done.isDone()) {
            return;
        }
        if (reached.getAsBoolean()) {
            done.complete(null);
            close();
            return;
        }
        Optional<Command> command = next.get();
        if (command.isPresent()) {
            proposing = true;
            CompletableFuture<?> _ = proposer.propose(command.get()).thenAccept(_ -> answered());
        }
    }

    private synchronized void answered() {
        proposing = false;
        if (reached.getAsBoolean()) {
            round();
        }
    }
}
