package dev.mainstay.node.server;

import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.server.DataDirectoryException.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one directory of a member, held for itself alone until closed.
 *
 * <pre>
 * identity.json   format, ids, name, peer URLs, token and generation; written last when the directory is made
 * LOCK            locked while a node serves from here; its text is that node's process id
 * log/            the Raft log (or elsewhere, by --wal-dir)
 * db/             the store
 * db.incoming/    a store that is being fetched from a peer; db.replaced/ what it takes the place of
 * snapshots/      checkpoints of the store that peers are reading; checkpoints/ those that backups are made of
 * fixtures/peer/  the certificate and key that --peer-auto-tls made
 * acknowledged    the last acknowledged log index
 * </pre>
 *
 * Ids come from {@code identity.json} once it is there: as in etcd, the flags that form a cluster matter only before.
 */
public final class DataDirectory implements AutoCloseable {

    private static final String IDENTITY = "identity.json";

    private final Path directory;
    private final Path logDirectory;
    private volatile NodeIdentity identity;
    private final FileChannel lockFile;

    private DataDirectory(Path directory, Path logDirectory, NodeIdentity identity, FileChannel lockFile) {
        this.directory = directory;
        this.logDirectory = logDirectory;
        this.identity = identity;
        this.lockFile = lockFile;
    }

    /** Who begins in a directory without data. */
    public interface Beginning {

        /** @throws DataDirectoryException if nobody may */
        NodeIdentity identity(Path directory) throws DataDirectoryException;
    }

    /**
     * Opens a directory, making it if there is none.
     *
     * @param beginning says who we are if the directory doesn't
     */
    public static DataDirectory open(Path directory, Path logDirectory, Beginning beginning)
            throws DataDirectoryException {
        FileChannel lockFile = null;
        try {
            create(directory);
            refuseForeign(directory);
            lockFile = lock(directory);
            NodeIdentity identity = identity(directory, logDirectory, beginning);
            create(logDirectory);
            return new DataDirectory(directory, logDirectory, identity, lockFile);
        } catch (IOException e) {
            close(lockFile);
            throw new DataDirectoryException(
                    Problem.INACCESSIBLE,
                    directory,
                    "can't be used: " + reason(e)
                            + ". Give this user read and write access to it, or set --data-dir to another one.");
        } catch (DataDirectoryException e) {
            close(lockFile);
            throw e;
        }
    }

    /**
     * Whose data a directory holds, without opening it; empty if there is none, or it doesn't say so in a way that this
     * release reads.
     */
    public static Optional<NodeIdentity> recorded(Path directory) {
        try {
            return Optional.of(NodeIdentity.fromJson(Files.readString(directory.resolve(IDENTITY))));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void create(Path directory) throws IOException, DataDirectoryException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new DataDirectoryException(
                    Problem.NOT_A_DIRECTORY, directory, "is a file. Set --data-dir to a directory.");
        }
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static void refuseForeign(Path directory) throws DataDirectoryException {
        if (Files.isDirectory(directory.resolve("member/wal")) || Files.isDirectory(directory.resolve("member/snap"))) {
            throw new DataDirectoryException(
                    Problem.FOREIGN,
                    directory,
                    "holds the data of an etcd server. Set --data-dir to another directory; etcd's is left as it is.");
        }
    }

    private static FileChannel lock(Path directory) throws IOException, DataDirectoryException {
        Path path = directory.resolve("LOCK");
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another member in this process: lock stays null.
        }
        if (lock == null) {
            String owner = Files.readString(path).strip();
            file.close();
            throw new DataDirectoryException(
                    Problem.IN_USE,
                    directory,
                    "is owned by another running node (process " + (owner.isEmpty() ? "unknown" : owner)
                            + "). Stop that node first, or set --data-dir to another directory.");
        }
        file.truncate(0);
        file.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        return file;
    }

    private static NodeIdentity identity(Path directory, Path logDirectory, Beginning beginning)
            throws IOException, DataDirectoryException {
        Path file = directory.resolve(IDENTITY);
        if (!Files.exists(file)) {
            if (Files.exists(directory.resolve(FreshDirectory.INSIDE))) {
                throw new DataDirectoryException(
                        Problem.CANT_BEGIN,
                        directory,
                        "was to be made of a snapshot, which didn't come to its end. Restore the snapshot again.");
            }
            if (notEmpty(directory.resolve("db")) || notEmpty(logDirectory)) {
                throw new DataDirectoryException(
                        Problem.DAMAGED_IDENTITY,
                        directory,
                        "has data but no identity.json, so nobody knows whose it is. Put identity.json back, or set"
                                + " --data-dir to another directory.");
            }
            NodeIdentity begun = beginning.identity(directory);
            write(file, begun.toJson());
            return begun;
        }
        String json = Files.readString(file);
        try {
            int format = NodeIdentity.format(json);
            if (format > NodeIdentity.FORMAT) {
                throw new DataDirectoryException(
                        Problem.NEWER_FORMAT,
                        directory,
                        "has format " + format + ", written by a newer release; this one reads up to format "
                                + NodeIdentity.FORMAT + ". Start the newer release.");
            }
            return NodeIdentity.fromJson(json);
        } catch (RuntimeException e) {
            throw new DataDirectoryException(
                    Problem.DAMAGED_IDENTITY,
                    directory,
                    "has a damaged identity.json (" + e.getMessage() + "). Restore that file from a backup, or set"
                            + " --data-dir to another directory.");
        }
    }

    private static boolean notEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (var entries = Files.list(directory)) {
            return entries.findAny().isPresent();
        }
    }

    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(
                fresh,
                text,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.SYNC);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
            directory.force(true);
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException failure && failure.getReason() != null) {
            return failure.getReason() + " (" + failure.getFile() + ")";
        }
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    /** Whether nothing was ever written here but whose directory it is. */
    boolean isEmpty() throws IOException {
        return !notEmpty(store()) && !notEmpty(logDirectory);
    }

    /** Has the data count as of another generation from here on, without saying so in the directory. */
    void plan(NodeIdentity next) {
        identity = next;
    }

    /** The same, durably. */
    void rewrite(NodeIdentity next) throws IOException {
        write(directory.resolve(IDENTITY), next.toJson());
        identity = next;
    }

    /** Whose data this is. */
    public NodeIdentity identity() {
        return identity;
    }

    /**
     * What the flags say otherwise than the data, one sentence each; the data is right. The rest of the cluster may well have
     * changed since this member began in it.
     */
    public List<String> differencesFrom(NodeIdentity wanted) {
        if (Set.copyOf(wanted.peerUrls()).equals(Set.copyOf(identity.peerUrls()))
                && wanted.token().equals(identity.token())) {
            return List.of();
        }
        return List.of(
                "the flags give peer URLs " + wanted.peerUrls() + " and cluster token " + wanted.token() + ", but "
                        + directory + " holds member " + MemberId.hex(identity.memberId()) + " of cluster "
                        + MemberId.hex(identity.clusterId()) + ", made with " + identity.peerUrls() + " and "
                        + identity.token() + "; the data counts");
    }

    /** The directory itself. */
    public Path path() {
        return directory;
    }

    /** Where the store lives. */
    public Path store() {
        return directory.resolve("db");
    }

    /** Where checkpoints of the store are, while peers read them. */
    public Path snapshots() {
        return directory.resolve("snapshots");
    }

    /** Where checkpoints of the store are, while clients back them up. */
    public Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    /** Where the Raft log lives. */
    public Path log() {
        return logDirectory;
    }

    /** The file of the last acknowledged log index. */
    public Path acknowledged() {
        return directory.resolve("acknowledged");
    }

    /** Lets others have it. */
    @Override
    public void close() {
        close(lockFile);
    }

    private static void close(@Nullable FileChannel lockFile) {
        if (lockFile == null) {
            return;
        }
        try {
            lockFile.close();
        } catch (IOException e) {
            // The lock goes with the process at the latest.
        }
    }
}
