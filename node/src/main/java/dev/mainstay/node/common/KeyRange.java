package dev.mainstay.node.common;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A half-open range of keys, {@code from <= key < to}; {@code to == null} means no upper end.
 *
 * <p>A range whose end is not above its start is empty and legal, as in etcd.
 */
public record KeyRange(Bytes from, @Nullable Bytes to) {

    private static final Bytes OPEN_END = Bytes.wrap(new byte[] {0});

    public KeyRange {
        Objects.requireNonNull(from);
    }

    /**
     * The range that etcd's pair {@code (key, range_end)} means: an empty {@code range_end} is the single key, a single
     * zero byte is everything from {@code key} on.
     */
    public static KeyRange of(Bytes key, Bytes rangeEnd) {
        if (rangeEnd.isEmpty()) {
            return single(key);
        }
        return rangeEnd.equals(OPEN_END) ? new KeyRange(key, null) : new KeyRange(key, rangeEnd);
    }

    public static KeyRange single(Bytes key) {
        return new KeyRange(key, key.successor());
    }

    public static KeyRange all() {
        return new KeyRange(Bytes.EMPTY, null);
    }

    public boolean contains(Bytes key) {
        return key.compareTo(from) >= 0 && (to == null || key.compareTo(to) < 0);
    }

    public boolean isEmpty() {
        return to != null && from.compareTo(to) >= 0;
    }

    /** Whether this is the range of exactly one key, {@link #from}. */
    public boolean isSingle() {
        return to != null && to.length() == from.length() + 1 && to.array()[from.length()] == 0 && to.startsWith(from);
    }
}
