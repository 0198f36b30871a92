package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Entry;
import dev.mainstay.node.storage.StoreMoment;
import dev.mainstay.node.storage.Table;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Snapshot;

/** A snapshot of RocksDB: a number, below which nothing is forgotten while it is held. */
final class RocksMoment implements StoreMoment {

    private final UseGate gate;
    private final RocksDB db;
    private final Function<Table, ColumnFamilyHandle> handles;
    private final Snapshot snapshot;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param gate was entered for this; it is left when this is closed */
    RocksMoment(UseGate gate, RocksDB db, Function<Table, ColumnFamilyHandle> handles) {
        this.gate = gate;
        this.db = db;
        this.handles = handles;
        this.snapshot = db.getSnapshot();
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        gate.enter();
        try (ReadOptions how = pinned(new ReadOptions())) {
            return db.get(handles.apply(table), how, key);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        } finally {
            gate.leave();
        }
    }

    @Override
    public @Nullable Entry first(Table table, byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) >= 0) {
            return null;
        }
        try (Cursor cursor = cursor(table, from, to)) {
            cursor.seek(from);
            return cursor.isValid() ? new Entry(cursor.key(), cursor.value()) : null;
        }
    }

    @Override
    public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        gate.enter();
        try {
            ColumnFamilyHandle handle = handles.apply(table);
            return new RocksCursor(gate, lower, upper, how -> db.newIterator(handle, pinned(how)));
        } catch (RuntimeException e) {
            gate.leave();
            throw e;
        }
    }

    private ReadOptions pinned(ReadOptions how) {
        return how.setSnapshot(snapshot).setFillCache(false);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            db.releaseSnapshot(snapshot);
            snapshot.close();
            gate.leave();
        }
    }
}
