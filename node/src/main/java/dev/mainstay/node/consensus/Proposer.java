package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import java.util.concurrent.CompletableFuture;
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

    /** The same for a command whose way is traced; {@code null} for one that isn't. */
    default CompletableFuture<Outcome> propose(Command command, @Nullable ProposalTrace trace) {
        return propose(command);
    }
}
