package dev.mainstay.node.command;

import java.util.List;

/**
 * One log entry: commands that share one append and one fsync.
 *
 * @param clockMillis cluster elapsed time when the leader formed the batch, in milliseconds; apply takes the maximum of
 *     it and what it knows
 */
public record CommandBatch(long clockMillis, List<Command> commands) {}
