package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Entry;
import dev.mainstay.node.storage.PendingChanges;
import dev.mainstay.node.storage.StorageCorruptedException;
import dev.mainstay.node.storage.StorageException;
import dev.mainstay.node.storage.StorageFailedException;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreFaultListener;
import dev.mainstay.node.storage.StoreMoment;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The {@link Store} on RocksDB, one column family per table, without RocksDB's own log: what a crash leaves is what was
 * flushed, all tables at one point. Any thread.
 */
public final class RocksStore implements Store {

    /** After so many deleted keys in a row a pooled iterator gives up, as it doesn't know where its caller's range ends. */
    private static final int MOST_SKIPPED = 64;

    /** Files that reading one value may keep open. */
    private static final int READ_ONLY_FILES = 16;

    private static final long CLOSE_PATIENCE_MILLIS = 10_000;

    private final EngineOptions options;
    private final RocksDB db;
    private final List<ColumnFamilyHandle> handles;
    private final Map<Table, Family> families;
    private final UseGate gate = new UseGate();
    private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
    private final ReadOptions readOptions = new ReadOptions();
    private final ReadOptions durableOptions = new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER);
    private final ReadOptions pooledOptions =
            new ReadOptions().setMaxSkippableInternalKeys(MOST_SKIPPED).setBackgroundPurgeOnIteratorCleanup(true);

    private final FailedWork failedWork;

    /** Iterators of a store that is open for reading alone can't be used again. */
    private final boolean pooled;

    private record Family(ColumnFamilyHandle handle, IteratorPool pool) {}

    /** Lets the listener, which the database wants before it exists, reach the pools, which need the database. */
    private static final class Pools {
        private volatile List<IteratorPool> all = List.of();

        void drain() {
            all.forEach(IteratorPool::drain);
        }
    }

    private RocksStore(
            EngineOptions options,
            RocksDB db,
            List<Table> tables,
            List<ColumnFamilyHandle> handles,
            Pools pools,
            FailedWork failedWork,
            boolean pooled) {
        this.options = options;
        this.pooled = pooled;
        this.failedWork = failedWork;
        this.db = db;
        this.handles = handles;
        this.families = new LinkedHashMap<>();
        for (int i = 0; i < tables.size(); i++) {
            ColumnFamilyHandle handle = handles.get(i + 1);
            families.put(tables.get(i), new Family(handle, new IteratorPool(db, handle, pooledOptions)));
        }
        pools.all = families.values().stream().map(Family::pool).toList();
    }

    /**
     * Opens or creates the store in a directory.
     *
     * @param tables all it will be asked for; may grow from one version to the next, not shrink
     * @throws StorageCorruptedException if files are damaged or missing
     * @throws StorageFailedException if the directory can't be used
     */
    public static RocksStore open(
            Path directory, List<Table> tables, RocksSettings settings, StoreFaultListener faults) {
        requireWhole(directory);
        return open(directory, tables, settings, faults, RocksDB::open, true);
    }

    /**
     * Opens the store of a directory for reading alone: no file is made, changed or deleted. What writes throws.
     *
     * @param tables all it will be asked for
     * @throws StorageCorruptedException if files are damaged or missing
     * @throws StorageFailedException if the directory can't be read
     */
    public static RocksStore openReadOnly(Path directory, List<Table> tables, RocksSettings settings) {
        if (!hasCurrent(directory)) {
            throw lacksCurrent(directory);
        }
        return open(directory, tables, settings, _ -> {}, RocksDB::openReadOnly, false);
    }

    /** One of the engine's ways to open a directory. */
    private interface Opening {
        RocksDB open(
                DBOptions options,
                String directory,
                List<ColumnFamilyDescriptor> families,
                List<ColumnFamilyHandle> handles)
                throws RocksDBException;
    }

    private static RocksStore open(
            Path directory,
            List<Table> tables,
            RocksSettings settings,
            StoreFaultListener faults,
            Opening opening,
            boolean pooled) {
        RocksDB.loadLibrary();
        Pools pools = new Pools();
        EngineOptions options = new EngineOptions(settings, new EngineEvents(faults, pools::drain));
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.family()));
        for (Table table : tables) {
            descriptors.add(
                    new ColumnFamilyDescriptor(table.name().getBytes(StandardCharsets.UTF_8), options.family()));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB db = opening.open(options.database(), directory.toString(), descriptors, handles);
            return new RocksStore(options, db, tables, handles, pools, new FailedWork(directory, faults), pooled);
        } catch (RocksDBException e) {
            options.close();
            throw Faults.of(e);
        }
    }

    /**
     * Reads every block of every file and compares it with its checksum. Slow.
     *
     * @throws StorageCorruptedException if one is damaged; the message names the file
     */
    public void verify() {
        run(db::verifyChecksum);
    }

    /** The engine takes a directory without its CURRENT file for a new one, and would forget what the others hold. */
    private static void requireWhole(Path directory) {
        try {
            Files.createDirectories(directory);
            if (hasCurrent(directory)) {
                return;
            }
            try (Stream<Path> files = Files.list(directory)) {
                if (files.anyMatch(file -> file.toString().endsWith(".sst"))) {
                    throw lacksCurrent(directory);
                }
            }
        } catch (IOException e) {
            throw new StorageFailedException("the database directory can't be used: " + e, false, e);
        }
    }

    private static boolean hasCurrent(Path directory) {
        return Files.exists(directory.resolve("CURRENT"));
    }

    private static StorageCorruptedException lacksCurrent(Path directory) {
        return new StorageCorruptedException("the database lacks its file CURRENT: " + directory, null);
    }

    @Override
    public StoreTransaction begin() {
        return new PendingChanges(this);
    }

    @Override
    public void write(StoreTransaction changes) {
        gate.enter();
        try (WriteBatch batch = new WriteBatch()) {
            ((PendingChanges) changes).replay(new BatchWriter(batch, this::handle));
            db.write(writeOptions, batch);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return get(table, key, readOptions);
    }

    @Override
    public byte @Nullable [] getDurable(Table table, byte[] key) {
        return get(table, key, durableOptions);
    }

    private byte @Nullable [] get(Table table, byte[] key, ReadOptions how) {
        gate.enter();
        try {
            return db.get(handle(table), how, key);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public @Nullable Entry first(Table table, byte[] from, byte[] to) {
        if (!pooled) {
            return firstByCursor(table, from, to);
        }
        gate.enter();
        try {
            IteratorPool pool = family(table).pool();
            RocksIterator iterator = pool.take();
            try {
                iterator.seek(from);
                if (iterator.isValid()) {
                    byte[] key = iterator.key();
                    return Arrays.compareUnsigned(key, to) < 0 ? new Entry(key, iterator.value()) : null;
                }
                iterator.status();
                return null;
            } finally {
                pool.giveBack(iterator);
            }
        } catch (RocksDBException e) {
            if (!Faults.isIncomplete(e)) {
                throw Faults.of(e);
            }
        } finally {
            gate.leave();
        }
        return firstByCursor(table, from, to);
    }

    private @Nullable Entry firstByCursor(Table table, byte[] from, byte[] to) {
        try (Cursor cursor = cursor(table, from, to)) {
            cursor.seek(from);
            return cursor.isValid() ? new Entry(cursor.key(), cursor.value()) : null;
        }
    }

    @Override
    public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        gate.enter();
        try {
            ColumnFamilyHandle handle = handle(table);
            return new RocksCursor(gate, lower, upper, how -> db.newIterator(handle, how));
        } catch (RuntimeException e) {
            gate.leave();
            throw e;
        }
    }

    @Override
    public StoreMoment moment() {
        gate.enter();
        try {
            return new RocksMoment(gate, db, this::handle);
        } catch (RuntimeException e) {
            gate.leave();
            throw e;
        }
    }

    @Override
    public void flush() {
        run(() -> {
            try (FlushOptions how = new FlushOptions().setWaitForFlush(true)) {
                db.flush(how, handles);
            }
        });
    }

    /**
     * Includes changes that wait to be flushed, at what they take in memory. This and {@link #liveBytes} also look whether
     * work in the background has failed since, and tell the listener.
     */
    @Override
    public long diskBytes() {
        failedWork.look(property("rocksdb.background-errors"));
        return property("rocksdb.total-sst-files-size") + bufferedBytes();
    }

    @Override
    public long liveBytes() {
        failedWork.look(property("rocksdb.background-errors"));
        return property("rocksdb.estimate-live-data-size") + bufferedBytes();
    }

    /** What the block cache holds, in bytes; the write buffers count in. */
    public long cachedBytes() {
        return property("rocksdb.block-cache-usage");
    }

    /** How many views of the store are pinned. */
    public long pinnedViews() {
        return number(() -> db.getLongProperty("rocksdb.num-snapshots"));
    }

    /** What changes that wait to be flushed take in memory, in bytes. */
    public long bufferedBytes() {
        return property("rocksdb.cur-size-all-mem-tables");
    }

    private long property(String name) {
        return number(() -> db.getAggregatedLongProperty(name));
    }

    private long number(Property property) {
        gate.enter();
        try {
            return property.read();
        } catch (RocksDBException e) {
            throw Faults.of(e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public void compactRange(Table table, byte @Nullable [] from, byte @Nullable [] to) {
        run(() -> db.compactRange(handle(table), from, to));
    }

    /** Writes all of a table anew, where {@link #compactRange} leaves alone what seems not worth it. */
    public void rewrite(Table table) {
        run(() -> {
            try (CompactRangeOptions how = new CompactRangeOptions()
                    .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForce)) {
                db.compactRange(handle(table), null, null, how);
            }
        });
    }

    /**
     * Makes a copy of this moment in a new directory, by hard links where the file system can; flushes first.
     *
     * @param target must not exist, its parent must
     */
    public void checkpoint(Path target) {
        run(() -> {
            try (Checkpoint checkpoint = Checkpoint.create(db)) {
                checkpoint.createCheckpoint(target.toString());
            }
        });
    }

    /**
     * Reads one value from a checkpoint, or any other store that nobody has open.
     *
     * @return null if there is none
     * @throws StorageException if the directory holds no such store
     */
    public static byte @Nullable [] readCheckpoint(Path directory, Table table, byte[] key) {
        RocksDB.loadLibrary();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (var family = new ColumnFamilyOptions();
                var options =
                        new DBOptions().setMaxOpenFiles(READ_ONLY_FILES).setInfoLogLevel(InfoLogLevel.HEADER_LEVEL);
                var db = RocksDB.openReadOnly(
                        options,
                        directory.toString(),
                        List.of(
                                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family),
                                new ColumnFamilyDescriptor(table.name().getBytes(StandardCharsets.UTF_8), family)),
                        handles)) {
            try {
                return db.get(handles.getLast(), key);
            } finally {
                handles.forEach(ColumnFamilyHandle::close);
            }
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    /**
     * Waits for reads under way, then flushes as far as the disk allows.
     *
     * @throws StorageFailedException if a cursor stays open; the native memory is then left alone
     */
    @Override
    public void close() {
        if (!gate.shut()) {
            return;
        }
        if (!gate.awaitEmpty(CLOSE_PATIENCE_MILLIS)) {
            throw new StorageFailedException("the database is still being read and can't be closed", false, null);
        }
        families.values().forEach(family -> family.pool().close());
        db.cancelAllBackgroundWork(true);
        handles.forEach(ColumnFamilyHandle::close);
        db.close();
        pooledOptions.close();
        durableOptions.close();
        readOptions.close();
        writeOptions.close();
        options.close();
    }

    private interface Property {
        long read() throws RocksDBException;
    }

    private interface Work {
        void run() throws RocksDBException;
    }

    private void run(Work work) {
        gate.enter();
        try {
            work.run();
        } catch (RocksDBException e) {
            throw Faults.of(e);
        } finally {
            gate.leave();
        }
    }

    private Family family(Table table) {
        Family family = families.get(table);
        if (family == null) {
            throw new IllegalArgumentException("the store was opened without table " + table.name());
        }
        return family;
    }

    private ColumnFamilyHandle handle(Table table) {
        return family(table).handle();
    }
}
