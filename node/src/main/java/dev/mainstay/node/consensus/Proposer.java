package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The way into the log. */
public interface Proposer {

    /**
     * Proposes a command and answers once it is committed, fsynced and applied on this member. What goes wrong before
     * that is an {@link Outcome.Refused} too (TOO_MANY_REQUESTS: surely not applied; TIMEOUT, STOPPED: may yet be
     * applied), so the future never fails. It is completed on the apply thread or on a thread of the proposer: don't
     * block there.
     */
    CompletableFuture<Outcome> propose(Command command);

    /**
     * The same for somebody who may go before the answer comes. Who has gone has given up: the command isn't sent for the
     * first time any more, nor again where all have gone that it was sent with. What was sent may yet be applied.
     *
     * @param gone whether nobody waits for the answer any more; asked on any thread, often, and under locks
     * @param trace hears of the command's way, if it is traced
     */
    default CompletableFuture<Outcome> propose(Command command, BooleanSupplier gone, @Nullable ProposalTrace trace) {
        return propose(command);
    }
}
