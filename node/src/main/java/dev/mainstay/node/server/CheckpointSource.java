package dev.mainstay.node.server;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.consensus.ReplicatedState;
import dev.mainstay.node.snapshot.SnapshotSource;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.nio.file.Path;

/** Checkpoints of this member's store. What they hold is read from them, since writes go on while they are made. */
record CheckpointSource(ReplicatedState state, RocksStore engine) implements SnapshotSource {

    @Override
    public LogPosition checkpoint(Path target) {
        state.flush();
        engine.checkpoint(target);
        return Applier.position((table, key) -> RocksStore.readCheckpoint(target, table, key));
    }
}
