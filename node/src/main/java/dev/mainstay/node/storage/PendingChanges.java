package dev.mainstay.node.storage;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The {@link StoreTransaction} of every store: changes kept sorted in memory and laid over the store for reading.
 *
 * <p>Arrays that are passed in belong to the transaction from then on. Owned by one thread.
 */
public final class PendingChanges implements StoreTransaction {

    private final StoreView store;
    private final Map<Table, TableChanges> tables = new LinkedHashMap<>();

    /** Changes to be laid over {@code store}. */
    public PendingChanges(StoreView store) {
        this.store = store;
    }

    @Override
    public void put(Table table, byte[] key, byte[] value) {
        of(table).put(key, value);
    }

    @Override
    public void delete(Table table, byte[] key) {
        of(table).delete(key);
    }

    @Override
    public void deleteRange(Table table, byte[] from, byte[] to) {
        of(table).deleteRange(from, to);
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        TableChanges changes = tables.get(table);
        if (changes == null || !changes.decides(key)) {
            return store.get(table, key);
        }
        return changes.get(key);
    }

    @Override
    public @Nullable Entry first(Table table, byte[] from, byte[] to) {
        TableChanges changes = tables.get(table);
        if (changes == null) {
            return store.first(table, from, to);
        }
        Entry own = changes.first(from, to);
        byte[] start = from;
        while (true) {
            Entry stored = store.first(table, start, own == null ? to : own.key());
            if (stored == null) {
                return own;
            }
            if (!changes.decides(stored.key())) {
                return stored;
            }
            start = changes.afterDecided(stored.key());
        }
    }

    @Override
    public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        TableChanges changes = tables.get(table);
        Cursor stored = store.cursor(table, lower, upper);
        return changes == null ? stored : new OverlayCursor(stored, changes, lower, upper);
    }

    @Override
    public boolean isEmpty() {
        return tables.isEmpty();
    }

    @Override
    public void replay(WriteSet target) {
        tables.forEach((table, changes) -> changes.replay(table, target));
    }

    @Override
    public void close() {
        tables.clear();
    }

    private TableChanges of(Table table) {
        return Objects.requireNonNull(tables.computeIfAbsent(table, any -> new TableChanges()));
    }
}
