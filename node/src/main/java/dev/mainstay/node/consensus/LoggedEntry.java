package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Bytes;

/**
 * An entry as the log holds it.
 *
 * @param data what {@link dev.mainstay.node.command.CommandCodec} made of its commands; empty for an entry that is the log's own
 */
public record LoggedEntry(LogPosition position, Bytes data) {

    /** Whether it holds commands. */
    public boolean isOfCommands() {
        return !data.isEmpty();
    }
}
