package dev.mainstay.node.observability;

import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Entry;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreMoment;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A store that tells how long its writes take, and is otherwise the store behind it. Any thread. */
public final class MeteredStore implements Store {

    private final Store store;
    private final LongConsumer written;

    /** @param written hears of each write, in nanoseconds, on the thread that wrote */
    public MeteredStore(Store store, LongConsumer written) {
        this.store = store;
        this.written = written;
    }

    @Override
    public StoreTransaction begin() {
        return store.begin();
    }

    @Override
    public void write(StoreTransaction changes) {
        long start = System.nanoTime();
        store.write(changes);
        written.accept(System.nanoTime() - start);
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        return store.get(table, key);
    }

    @Override
    public byte @Nullable [] getDurable(Table table, byte[] key) {
        return store.getDurable(table, key);
    }

    @Override
    public @Nullable Entry first(Table table, byte[] from, byte[] to) {
        return store.first(table, from, to);
    }

    @Override
    public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        return store.cursor(table, lower, upper);
    }

    @Override
    public StoreMoment moment() {
        return store.moment();
    }

    @Override
    public void flush() {
        store.flush();
    }

    @Override
    public long diskBytes() {
        return store.diskBytes();
    }

    @Override
    public long liveBytes() {
        return store.liveBytes();
    }

    @Override
    public void compactRange(Table table, byte @Nullable [] from, byte @Nullable [] to) {
        store.compactRange(table, from, to);
    }

    @Override
    public void close() {
        store.close();
    }
}
