package dev.mainstay.node.snapshot;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.ArchiveMarks;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.mvcc.KeyspaceDigest;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/** What a store says that nobody writes to, such as a checkpoint. */
public final class StoreReading {

    private StoreReading() {}

    /**
     * Where a state stands.
     *
     * @param position the last log entry that it holds
     * @param revision the newest
     * @param compactRevision -1 if nothing was ever compacted
     * @param archiveLine the line of the archive that goes on from it, 0 for none
     */
    public record Standing(LogPosition position, long revision, long compactRevision, long archiveLine) {}

    /** Looks at the few rows that say so. */
    public static Standing standing(Path directory) {
        try (RocksStore store = open(directory)) {
            KvStore keys = KvStore.open(store);
            return new Standing(
                    Applier.position(store::get), keys.revision(), keys.compactRevision(), ArchiveMarks.line(store));
        }
    }

    /**
     * Reads all keys.
     *
     * @param givenUp asked now and then; once it is {@code true} this ends with an exception
     */
    public static KeyspaceDigest digest(Path directory, BooleanSupplier givenUp) throws IOException {
        try (RocksStore store = open(directory)) {
            return KeyspaceDigest.of(KvStore.open(store), givenUp)
                    .orElseThrow(() -> new IOException("nobody wants the keys' hash any more"));
        }
    }

    private static RocksStore open(Path directory) {
        return RocksStore.openReadOnly(directory, Tables.all(), RocksSettings.aside());
    }
}
