package dev.mainstay.node.server;

import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.etcdsnapshot.EtcdImport;
import dev.mainstay.node.etcdsnapshot.SnapshotFile;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes a snapshot into the data directory of a member of a new cluster. The directory is built aside and gets its name when it is
 * whole and durable, so that whatever goes wrong leaves nothing to be mistaken for one.
 */
final class SnapshotRestore {

    private final NodeSettings.Identity where;
    private final NodeIdentity identity;
    private final List<dev.mainstay.node.common.Member> members;
    private final EtcdImport.Bump bump;

    /** What was made. */
    record Restored(NodeIdentity identity, EtcdImport.Restored state) {}

    /** @param settings those of the member to be; only who it is, where its data are and its cluster count */
    SnapshotRestore(NodeSettings settings, EtcdImport.Bump bump) {
        this.where = settings.identity();
        this.identity = Member.wanted(settings.cluster(), where.name());
        this.members = Founders.of(identity, settings.cluster());
        this.bump = bump;
    }

    /**
     * Builds the directory.
     *
     * @param checkHash whether the snapshot must have its integrity hash; without, all of it is looked at instead
     * @throws IOException if it can't be, with the reason; nothing was made then
     */
    Restored from(Path snapshot, boolean checkHash) throws IOException {
        FreshDirectory directory = new FreshDirectory(where, identity, "snapshot");
        boolean _ = directory.requireFree();
        try (SnapshotFile file = SnapshotFile.open(snapshot)) {
            if (checkHash) {
                file.requireHash();
            } else {
                file.check();
            }
            return new Restored(identity, directory.build(Files.size(snapshot), store -> state(file, store)));
        }
    }

    private EtcdImport.Restored state(SnapshotFile file, Path directory) throws IOException {
        AtomicReference<Throwable> fault = new AtomicReference<>();
        EtcdImport.Restored state;
        try (RocksStore store = RocksStore.open(directory, Tables.all(), RocksSettings.defaults(), fault::set)) {
            state = new EtcdImport(store, members, bump).from(file);
        }
        if (fault.get() != null) {
            throw new IOException("the store can't be written: " + fault.get().getMessage(), fault.get());
        }
        return state;
    }
}
