package dev.mainstay.node.consensus;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch in an entry that this member appends, kept beside the entry's bytes for its own apply. */
sealed interface EntryPart permits ProposalBatch, EntryPart.Forwarded {

    BatchOrigin origin();

    List<Command> commands();

    /** Hears of its way, if it belongs to a trace. */
    @Nullable
    BatchTrace trace();

    /** Another member's batch. */
    record Forwarded(CommandBatch batch, @Nullable BatchTrace trace) implements EntryPart {

        @Override
        public BatchOrigin origin() {
            return batch.origin();
        }

        @Override
        public List<Command> commands() {
            return batch.commands();
        }
    }
}
