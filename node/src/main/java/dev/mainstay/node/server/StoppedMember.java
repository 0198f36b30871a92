package dev.mainstay.node.server;

import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a member that doesn't run, kept from starting until this is closed. Opening and closing it changes nothing.
 */
final class StoppedMember implements AutoCloseable {

    private final Path directory;
    private final Path logDirectory;
    private final NodeIdentity identity;
    private final @Nullable FileChannel lock;

    private StoppedMember(Path directory, Path logDirectory, NodeIdentity identity, @Nullable FileChannel lock) {
        this.directory = directory;
        this.logDirectory = logDirectory;
        this.identity = identity;
        this.lock = lock;
    }

    /**
     * Looks at a directory.
     *
     * @param logDirectory where the log is; null for its usual place
     * @throws ToolException if it is no member's, or the member runs
     */
    static StoppedMember open(Path directory, @Nullable Path logDirectory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw ToolException.failed(
                    directory + (Files.exists(directory) ? " is no directory" : ": no such directory"));
        }
        if (Files.isDirectory(directory.resolve("member"))) {
            throw ToolException.failed(directory + " holds the data of an etcd server; etcdutl is for those");
        }
        Path identity = directory.resolve("identity.json");
        if (!Files.exists(identity)) {
            throw ToolException.failed(directory + " is no data directory of Mainstay: it has no identity.json");
        }
        FileChannel lock = lock(directory);
        try {
            return new StoppedMember(
                    directory,
                    logDirectory == null ? directory.resolve("log") : logDirectory,
                    NodeIdentity.fromJson(Files.readString(identity)),
                    lock);
        } catch (RuntimeException e) {
            close(lock);
            throw ToolException.failed(identity + " is damaged (" + e.getMessage() + "). Restore it from a backup.");
        } catch (IOException e) {
            close(lock);
            throw e;
        }
    }

    private static @Nullable FileChannel lock(Path directory) throws IOException {
        Path file = directory.resolve("LOCK");
        if (!Files.exists(file)) {
            return null;
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        FileLock held = null;
        try {
            held = channel.tryLock(0, Long.MAX_VALUE, true);
        } catch (OverlappingFileLockException e) {
            // A member in this process: held stays null.
        }
        if (held == null) {
            channel.close();
            throw ToolException.failed("data directory " + directory + " is owned by a running node (process "
                    + Files.readString(file).strip() + "). Stop that node first.");
        }
        return channel;
    }

    Path directory() {
        return directory;
    }

    Path logDirectory() {
        return logDirectory;
    }

    Path store() {
        return directory.resolve("db");
    }

    Path acknowledged() {
        return directory.resolve("acknowledged");
    }

    NodeIdentity identity() {
        return identity;
    }

    /** The store, for reading alone. */
    RocksStore readStore() {
        return RocksStore.openReadOnly(store(), Tables.all(), RocksSettings.defaults());
    }

    @Override
    public void close() throws IOException {
        close(lock);
    }

    private static void close(@Nullable FileChannel lock) throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}
