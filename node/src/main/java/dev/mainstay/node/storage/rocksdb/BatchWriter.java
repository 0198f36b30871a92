package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.WriteSet;
import java.util.function.Function;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Fills a batch of the engine. */
final class BatchWriter implements WriteSet {

    private final WriteBatch batch;
    private final Function<Table, ColumnFamilyHandle> handles;

    BatchWriter(WriteBatch batch, Function<Table, ColumnFamilyHandle> handles) {
        this.batch = batch;
        this.handles = handles;
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
        try {
            batch.put(handles.apply(table), key, value);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    @Override
    public void delete(Table table, byte[] key) {
        try {
            batch.delete(handles.apply(table), key);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }

    @Override
    public void deleteRange(Table table, byte[] from, byte[] to) {
        try {
            batch.deleteRange(handles.apply(table), from, to);
        } catch (RocksDBException e) {
            throw Faults.of(e);
        }
    }
}
