package dev.mainstay.node.storage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one table: deleted ranges, and over them the newest change of each key that was changed after its range
 * was deleted. Owned by one thread.
 */
final class TableChanges {

    /** Stands for a deletion in {@link #entries}; told from an empty value by identity. */
    private static final byte[] DELETED = new byte[0];

    private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
    private final List<Span> deletedRanges = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Span(byte[] from, byte[] to) {
        boolean contains(byte[] key) {
            return Arrays.compareUnsigned(from, key) <= 0 && Arrays.compareUnsigned(key, to) < 0;
        }
    }

    @SuppressWarnings("ReferenceEquality") // identity is what tells the mark from an empty value
    static boolean isDeleted(byte[] value) {
        return value == DELETED;
    }

    void put(byte[] key, byte[] value) {
        entries.put(key, value);
    }

    void delete(byte[] key) {
        entries.put(key, DELETED);
    }

    void deleteRange(byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(from, to) < 0) {
            entries.subMap(from, to).clear();
            deletedRanges.add(new Span(from, to));
        }
    }

    /** Whether these changes say what {@code key} holds, so that the store needn't be asked. */
    boolean decides(byte[] key) {
        return entries.containsKey(key) || rangeOf(key) != null;
    }

    /** What the changes made of a key they decide; {@code null} for gone. */
    byte @Nullable [] get(byte[] key) {
        byte[] value = entries.get(key);
        return value == null || isDeleted(value) ? null : value;
    }

    /** The smallest key after a decided one that may be undecided. */
    byte[] afterDecided(byte[] key) {
        Span range = rangeOf(key);
        return range != null ? range.to() : Arrays.copyOf(key, key.length + 1);
    }

    /** Where the deleted range around a key starts; {@code null} outside of them. */
    byte @Nullable [] deletedFrom(byte[] key) {
        Span range = rangeOf(key);
        return range == null ? null : range.from();
    }

    /** Where the deleted range around a key ends; {@code null} outside of them. */
    byte @Nullable [] deletedTo(byte[] key) {
        Span range = rangeOf(key);
        return range == null ? null : range.to();
    }

    /** The first key put within a range. */
    @Nullable
    Entry first(byte[] from, byte[] to) {
        Map.Entry<byte[], byte[]> entry = entries.ceilingEntry(from);
        while (entry != null && Arrays.compareUnsigned(entry.getKey(), to) < 0) {
            if (!isDeleted(entry.getValue())) {
                return new Entry(entry.getKey(), entry.getValue());
            }
            entry = entries.higherEntry(entry.getKey());
        }
        return null;
    }

    /** Every changed key with its new value or the mark of a deletion. */
    NavigableMap<byte[], byte[]> entries() {
        return entries;
    }

    void replay(Table table, WriteSet target) {
        for (Span range : deletedRanges) {
            target.deleteRange(table, range.from(), range.to());
        }
        entries.forEach((key, value) -> {
            if (isDeleted(value)) {
                target.delete(table, key);
            } else {
                target.put(table, key, value);
            }
        });
    }

    private @Nullable Span rangeOf(byte[] key) {
        for (Span range : deletedRanges) {
            if (range.contains(key)) {
                return range;
            }
        }
        return null;
    }
}
