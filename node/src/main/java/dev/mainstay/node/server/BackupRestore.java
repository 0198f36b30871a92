package dev.mainstay.node.server;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.NewCluster;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.backup.ArchiveReplay;
import dev.mainstay.node.backup.BackupDownload;
import dev.mainstay.node.backup.BackupException;
import dev.mainstay.node.backup.BackupManifest;
import dev.mainstay.node.etcdsnapshot.EtcdImport;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Makes a backup into the data directory of a member of a new cluster. */
final class BackupRestore {

    private final NodeSettings.Identity where;
    private final NodeIdentity identity;
    private final List<dev.mainstay.node.common.Member> members;
    private final long bump;

    /**
     * What was made.
     *
     * @param until time of the last log entry that was replayed; empty if none was
     */
    record Restored(NodeIdentity identity, long revision, long compactRevision, Optional<Instant> until) {}

    /**
     * @param settings those of the member to be; only who it is, where its data are and its cluster count
     * @param bump how far to move the newest revision on, marking all before as compacted; 0 to leave it
     */
    BackupRestore(NodeSettings settings, long bump) {
        this.where = settings.identity();
        this.identity = Member.wanted(settings.cluster(), where.name());
        this.members = Founders.of(identity, settings.cluster());
        this.bump = bump;
    }

    /**
     * Whether the data directory is there and belongs to the very member that the settings make, so that restoring again has nothing to do.
     *
     * @throws IOException if it can't be read
     */
    static boolean isDone(NodeSettings settings) throws IOException {
        Path file = settings.identity().dataDir().resolve("identity.json");
        if (!Files.exists(file)) {
            return false;
        }
        NodeIdentity found = NodeIdentity.fromJson(Files.readString(file));
        NodeIdentity wanted =
                Member.wanted(settings.cluster(), settings.identity().name());
        return found.memberId() == wanted.memberId() && found.clusterId() == wanted.clusterId();
    }

    /**
     * Builds the directory.
     *
     * @param replay what happened after the backup, if that is wanted
     * @throws IOException if it can't be, with the reason; nothing was made then
     */
    Restored from(BackupManifest manifest, BackupDownload download, Optional<ArchiveReplay> replay) throws IOException {
        return new FreshDirectory(where, identity, "backup").build(manifest.bytes(), store -> {
            download.into(store, manifest);
            return adopt(manifest, store, replay);
        });
    }

    private Restored adopt(BackupManifest manifest, Path directory, Optional<ArchiveReplay> replay) throws IOException {
        AtomicReference<Throwable> fault = new AtomicReference<>();
        Restored restored;
        try (RocksStore store = RocksStore.open(directory, Tables.all(), RocksSettings.defaults(), fault::set)) {
            long index = Applier.position(store::get).index();
            long revision = KvStore.open(store).revision();
            if (index != manifest.origin().raftIndex()
                    || revision != manifest.keys().revision()) {
                throw new BackupException(
                        BackupException.Reason.DAMAGED,
                        "the files of backup " + manifest.id() + " hold revision " + revision + " at log index " + index
                                + ", its manifest says " + manifest.keys().revision() + " at "
                                + manifest.origin().raftIndex());
            }
            Optional<Instant> until =
                    replay.isPresent() ? replay.get().on(store).time() : Optional.empty();
            NewCluster.begin(store, members, EtcdImport.POSITION, bump);
            KvStore keys = KvStore.open(store);
            restored = new Restored(identity, keys.revision(), keys.compactRevision(), until);
        }
        if (fault.get() != null) {
            throw new IOException("the store can't be written: " + fault.get().getMessage(), fault.get());
        }
        return restored;
    }
}
