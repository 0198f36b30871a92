package dev.mainstay.node.consensus;

import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import java.util.List;

/** The state that the log drives. {@link #apply} is called on the apply thread only, the others on any. */
public interface ReplicatedState {

    /**
     * Applies one log entry and makes its effects visible to readers before it returns. Positions only grow; not every
     * index is seen, since some entries belong to the log itself.
     *
     * @return for each batch one outcome per command, in order, and none if the batch came earlier; nothing for a replayed
     *     entry that the state already has
     * @throws RuntimeException if the state can't be trusted any more: the member stops
     */
    List<List<Outcome>> apply(LogPosition position, List<CommandBatch> batches);

    /** The last position whose effects survive a crash; replay starts behind it. (0, 0) for none. */
    LogPosition durable();

    /**
     * Makes all that was applied before the call durable and returns when it is, so that the log up to {@link #durable}
     * can be dropped. Runs beside {@link #apply} and must not hold it up.
     */
    void flush();
}
