package dev.mainstay.node.server;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.consensus.ReplicatedState;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.observability.MemberMeters;
import dev.mainstay.node.storage.Store;
import java.util.List;

/** The state that the log drives: the applier over its store. */
record MemberState(Applier applier, KvStore keys, Store store, MemberMeters meters) implements ReplicatedState {

    @Override
    public List<List<Outcome>> apply(LogPosition position, List<CommandBatch> batches) {
        long start = System.nanoTime();
        List<List<Outcome>> outcomes = applier.apply(position, batches);
        meters.applied(position, batches, outcomes, System.nanoTime() - start);
        return outcomes;
    }

    @Override
    public LogPosition durable() {
        return applier.durable();
    }

    @Override
    public void flush() {
        keys.saveCounts();
        store.flush();
    }
}
