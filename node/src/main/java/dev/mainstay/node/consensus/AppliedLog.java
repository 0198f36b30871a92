package dev.mainstay.node.consensus;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.storage.Store;
import java.util.List;

/** The member's real state as the log drives it: the applier's rules over a store. */
public record AppliedLog(Applier applier, Store store) implements ReplicatedState {

    @Override
    public List<List<Outcome>> apply(LogPosition position, List<CommandBatch> batches) {
        return applier.apply(position, batches);
    }

    @Override
    public LogPosition durable() {
        return applier.durable();
    }

    @Override
    public void flush() {
        store.flush();
    }
}
