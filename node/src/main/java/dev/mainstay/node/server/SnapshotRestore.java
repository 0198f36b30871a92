package dev.mainstay.node.server;

import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.consensus.InstalledLog;
import dev.mainstay.node.etcdsnapshot.EtcdImport;
import dev.mainstay.node.etcdsnapshot.SnapshotFile;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.snapshot.Trees;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes a snapshot into the data directory of a member of a new cluster. The directory is built aside and gets its name when it is
 * whole and durable, so that whatever goes wrong leaves nothing to be mistaken for one.
 */
final class SnapshotRestore {

    /** Where a directory is built that is there already and empty, such as a mounted volume. */
    static final String INSIDE = "restoring.tmp";

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
        boolean apart = !where.logDir().equals(where.dataDir().resolve("log"));
        boolean there = requireFree(apart);
        try (SnapshotFile file = SnapshotFile.open(snapshot)) {
            if (checkHash) {
                file.requireHash();
            } else {
                file.check();
            }
            Path data = there ? where.dataDir().resolve(INSIDE) : aside(where.dataDir());
            Path log = apart ? aside(where.logDir()) : data.resolve("log");
            try {
                requireRoom(data, Files.size(snapshot));
                EtcdImport.Restored state = build(file, data, log);
                if (apart) {
                    Files.move(log, where.logDir(), StandardCopyOption.ATOMIC_MOVE);
                    Trees.forceParent(where.logDir());
                }
                place(data, there);
                return new Restored(identity, state);
            } catch (IOException | RuntimeException e) {
                Trees.delete(data);
                Trees.delete(log);
                if (apart) {
                    Trees.delete(where.logDir());
                }
                throw e;
            }
        }
    }

    /** Whether the data directory is there, and empty. */
    private boolean requireFree(boolean apart) throws IOException {
        if (apart && Files.exists(where.logDir())) {
            throw new IOException("wal-dir \"" + where.logDir() + "\" exists");
        }
        if (!Files.exists(where.dataDir())) {
            return false;
        }
        if (Files.isDirectory(where.dataDir())) {
            Trees.delete(where.dataDir().resolve(INSIDE));
            try (var entries = Files.list(where.dataDir())) {
                if (entries.findAny().isEmpty()) {
                    return true;
                }
            }
        }
        throw new IOException("data-dir \"" + where.dataDir() + "\" not empty or could not be read");
    }

    private static Path aside(Path directory) throws IOException {
        Path whole = directory.toAbsolutePath();
        Path aside = whole.resolveSibling("." + whole.getFileName() + ".restoring");
        Trees.delete(aside);
        return aside;
    }

    private static void requireRoom(Path directory, long bytes) throws IOException {
        @Nullable Path present = directory.toAbsolutePath();
        while (present != null && !Files.exists(present)) {
            present = present.getParent();
        }
        if (present != null && Files.getFileStore(present).getUsableSpace() < bytes) {
            throw new IOException("the disk of " + present + " has no room for a snapshot of " + bytes + " bytes");
        }
    }

    private EtcdImport.Restored build(SnapshotFile file, Path data, Path log) throws IOException {
        var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Path parent = data.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(data, own);
        EtcdImport.Restored state = state(file, data.resolve("db"));
        Files.createDirectories(log, own);
        InstalledLog.begin(log, data.resolve("acknowledged"), identity.clusterId(), EtcdImport.POSITION);
        Files.writeString(
                data.resolve("identity.json"),
                identity.toJson(),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Trees.force(data.resolve("acknowledged"));
        Trees.force(data);
        return state;
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
        Trees.force(directory);
        return state;
    }

    /** Gives what was built its name; in a directory that was there, who it belongs to comes last. */
    private void place(Path built, boolean there) throws IOException {
        if (!there) {
            Files.move(built, where.dataDir(), StandardCopyOption.ATOMIC_MOVE);
            Trees.forceParent(where.dataDir());
            return;
        }
        List<Path> parts;
        try (var entries = Files.list(built)) {
            parts = entries.sorted((a, b) -> Boolean.compare(a.endsWith("identity.json"), b.endsWith("identity.json")))
                    .toList();
        }
        for (Path part : parts) {
            Trees.force(where.dataDir());
            Files.move(part, where.dataDir().resolve(part.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.delete(built);
        Trees.force(where.dataDir());
    }
}
