package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import java.util.List;

/** The commands of an entry that this member appends, kept beside its bytes for its own apply. */
sealed interface EntryCommands permits ProposalBatch, EntryCommands.Forwarded {

    List<Command> commands();

    /** Of another member's batch. */
    record Forwarded(List<Command> commands) implements EntryCommands {}
}
