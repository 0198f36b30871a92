package dev.mainstay.node.storage;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Store} in memory whose loss of unflushed writes is a method call. Tables come into being when first used. Reads
 * and writes may come from any thread.
 */
public final class MemoryStore implements Store {

    private final Object lock = new Object();
    private Map<Table, NavigableMap<byte[], byte[]>> current = new LinkedHashMap<>();
    private Map<Table, NavigableMap<byte[], byte[]>> durable = new LinkedHashMap<>();

    /** Maps of {@link #current} that somebody else looks at, by identity; copied before they are written to. */
    private final IdentityHashMap<NavigableMap<byte[], byte[]>, Boolean> shared = new IdentityHashMap<>();

    /** Loses every write since the last flush. Cursors stay as they are. */
    public void crash() {
        synchronized (lock) {
            current = new LinkedHashMap<>(durable);
            current.values().forEach(map -> shared.put(map, true));
        }
    }

    @Override
    public StoreTransaction begin() {
        return new PendingChanges(this);
    }

    @Override
    public void write(StoreTransaction changes) {
        synchronized (lock) {
            ((PendingChanges) changes).replay(new WriteSet() {
                @Override
                public void put(Table table, byte[] key, byte[] value) {
                    owned(table).put(key, value);
                }

                @Override
                public void delete(Table table, byte[] key) {
                    owned(table).remove(key);
                }

                @Override
                public void deleteRange(Table table, byte[] from, byte[] to) {
                    owned(table).subMap(from, to).clear();
                }
            });
        }
    }

    @Override
    public byte @Nullable [] get(Table table, byte[] key) {
        synchronized (lock) {
            return map(table).get(key);
        }
    }

    @Override
    public @Nullable Entry first(Table table, byte[] from, byte[] to) {
        synchronized (lock) {
            Map.Entry<byte[], byte[]> entry = map(table).ceilingEntry(from);
            return entry == null || Arrays.compareUnsigned(entry.getKey(), to) >= 0
                    ? null
                    : new Entry(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
        synchronized (lock) {
            NavigableMap<byte[], byte[]> map = map(table);
            shared.put(map, true);
            NavigableMap<byte[], byte[]> view = map;
            if (lower != null && upper != null && Arrays.compareUnsigned(lower, upper) >= 0) {
                view = Collections.emptyNavigableMap();
            } else {
                if (lower != null) {
                    view = view.tailMap(lower, true);
                }
                if (upper != null) {
                    view = view.headMap(upper, false);
                }
            }
            return new MemoryCursor(view);
        }
    }

    @Override
    public byte @Nullable [] getDurable(Table table, byte[] key) {
        synchronized (lock) {
            NavigableMap<byte[], byte[]> map = durable.get(table);
            return map == null ? null : map.get(key);
        }
    }

    @Override
    public StoreMoment moment() {
        synchronized (lock) {
            MemoryStore copy = new MemoryStore();
            copy.current = new LinkedHashMap<>(current);
            current.values().forEach(map -> shared.put(map, true));
            return copy.new Moment();
        }
    }

    /** The store itself, which nobody writes to. */
    private final class Moment implements StoreMoment {

        @Override
        public byte @Nullable [] get(Table table, byte[] key) {
            return MemoryStore.this.get(table, key);
        }

        @Override
        public @Nullable Entry first(Table table, byte[] from, byte[] to) {
            return MemoryStore.this.first(table, from, to);
        }

        @Override
        public Cursor cursor(Table table, byte @Nullable [] lower, byte @Nullable [] upper) {
            return MemoryStore.this.cursor(table, lower, upper);
        }

        @Override
        public void close() {}
    }

    @Override
    public void flush() {
        synchronized (lock) {
            durable = new LinkedHashMap<>(current);
            current.values().forEach(map -> shared.put(map, true));
        }
    }

    @Override
    public long diskBytes() {
        synchronized (lock) {
            return durable.values().stream()
                    .flatMap(map -> map.entrySet().stream())
                    .mapToLong(entry -> (long) entry.getKey().length + entry.getValue().length)
                    .sum();
        }
    }

    @Override
    public long liveBytes() {
        return diskBytes();
    }

    @Override
    public void compactRange(Table table, byte @Nullable [] from, byte @Nullable [] to) {}

    @Override
    public void close() {}

    /** How many entries a table holds. */
    public int size(Table table) {
        synchronized (lock) {
            return map(table).size();
        }
    }

    private NavigableMap<byte[], byte[]> map(Table table) {
        return Objects.requireNonNull(
                current.computeIfAbsent(table, any -> new TreeMap<byte[], byte[]>(Arrays::compareUnsigned)));
    }

    private NavigableMap<byte[], byte[]> owned(Table table) {
        NavigableMap<byte[], byte[]> map = map(table);
        if (shared.remove(map) != null) {
            map = new TreeMap<>(map);
            current.put(table, map);
        }
        return map;
    }

    /** Walks a map that nobody changes any more. */
    private static final class MemoryCursor implements Cursor {

        private final NavigableMap<byte[], byte[]> map;
        private Map.@Nullable Entry<byte[], byte[]> entry;

        MemoryCursor(NavigableMap<byte[], byte[]> map) {
            this.map = map;
        }

        @Override
        public void seek(byte[] key) {
            entry = map.ceilingEntry(key);
        }

        @Override
        public void seekForPrev(byte[] key) {
            entry = map.floorEntry(key);
        }

        @Override
        public boolean isValid() {
            return entry != null;
        }

        @Override
        public void next() {
            entry = map.higherEntry(key());
        }

        @Override
        public void prev() {
            entry = map.lowerEntry(key());
        }

        @Override
        public byte[] key() {
            return Objects.requireNonNull(entry).getKey();
        }

        @Override
        public byte[] value() {
            return Objects.requireNonNull(entry).getValue();
        }

        @Override
        public void close() {
            entry = null;
        }
    }
}
