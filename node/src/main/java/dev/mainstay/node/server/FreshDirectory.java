package dev.mainstay.node.server;

import dev.mainstay.node.consensus.InstalledLog;
import dev.mainstay.node.etcdsnapshot.EtcdImport;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.snapshot.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the data directory of a member of a new cluster out of a state from elsewhere. It is built aside and gets its name when it is whole
 * and durable, so that whatever goes wrong leaves nothing to be mistaken for one. The state stands at {@link EtcdImport#POSITION}.
 */
final class FreshDirectory {

    /** Where a directory is built that is there already and empty, such as a mounted volume. */
    static final String INSIDE = "restoring.tmp";

    private final NodeSettings.Identity where;
    private final NodeIdentity identity;
    private final String what;

    /** Makes the state; the directory isn't there yet. */
    interface StateMaker<T> {
        T make(Path store) throws IOException;
    }

    /** @param what is restored, for messages */
    FreshDirectory(NodeSettings.Identity where, NodeIdentity identity, String what) {
        this.where = where;
        this.identity = identity;
        this.what = what;
    }

    /**
     * Builds it.
     *
     * @param bytes how much room the state needs at least
     * @return what the maker said
     * @throws IOException if it can't be built, with the reason; nothing was made then
     */
    <T> T build(long bytes, StateMaker<T> maker) throws IOException {
        boolean apart = isApart();
        boolean there = requireFree();
        Path data = there ? where.dataDir().resolve(INSIDE) : aside(where.dataDir());
        Path log = apart ? aside(where.logDir()) : data.resolve("log");
        try {
            requireRoom(data, bytes);
            T made = build(data, log, maker);
            if (apart) {
                Files.move(log, where.logDir(), StandardCopyOption.ATOMIC_MOVE);
                Trees.forceParent(where.logDir());
            }
            place(data, there);
            return made;
        } catch (IOException | RuntimeException e) {
            Trees.delete(data);
            Trees.delete(log);
            if (apart) {
                Trees.delete(where.logDir());
            }
            throw e;
        }
    }

    private boolean isApart() {
        return !where.logDir().equals(where.dataDir().resolve("log"));
    }

    /**
     * Whether the data directory is there, and empty.
     *
     * @throws IOException if there is anything in it
     */
    boolean requireFree() throws IOException {
        if (isApart() && Files.exists(where.logDir())) {
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

    private void requireRoom(Path directory, long bytes) throws IOException {
        @Nullable Path present = directory.toAbsolutePath();
        while (present != null && !Files.exists(present)) {
            present = present.getParent();
        }
        if (present != null && Files.getFileStore(present).getUsableSpace() < bytes) {
            throw new IOException("the disk of " + present + " has no room for a " + what + " of " + bytes + " bytes");
        }
    }

    private <T> T build(Path data, Path log, StateMaker<T> maker) throws IOException {
        var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Path parent = data.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.createDirectory(data, own);
        T made = maker.make(data.resolve("db"));
        Trees.force(data.resolve("db"));
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
        return made;
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
