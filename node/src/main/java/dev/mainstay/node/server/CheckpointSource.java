package dev.mainstay.node.server;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.ReplicatedState;
import dev.mainstay.node.snapshot.SnapshotSource;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * Checkpoints of this member's store. What they hold is read from them, since writes go on while they are made. A member whose
 * data are known to be wrong gives none away.
 */
record CheckpointSource(ReplicatedState state, RocksStore engine, BooleanSupplier corrupt) implements SnapshotSource {

    @Override
    public LogPosition checkpoint(Path target) {
        if (corrupt.getAsBoolean()) {
            throw new IllegalStateException("this member's data differ from the cluster's (alarm CORRUPT)");
        }
        state.flush();
        engine.checkpoint(target);
        return Applier.position((table, key) -> RocksStore.readCheckpoint(target, table, key));
    }
}
