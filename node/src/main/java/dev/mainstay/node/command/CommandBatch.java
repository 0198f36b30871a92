package dev.mainstay.node.command;

import java.util.List;

/**
 * Commands that travel together. One or several batches make a log entry, and share its append and its fsync.
 *
 * @param clockMillis cluster elapsed time when the leader took the batch, in milliseconds; apply takes the maximum of
 *     it and what it knows
 * @param origin who sent it
 */
public record CommandBatch(long clockMillis, BatchOrigin origin, List<Command> commands) {

    /** A batch that is sent once at most. */
    public CommandBatch(long clockMillis, List<Command> commands) {
        this(clockMillis, BatchOrigin.NONE, commands);
    }

    /** The same, taken at another time. */
    public CommandBatch at(long millis) {
        return new CommandBatch(millis, origin, commands);
    }
}
