package dev.mainstay.node.common;

/**
 * What a role may do with a range of keys.
 *
 * @param rangeEnd as in etcd's requests: empty for the one key, a zero byte for all keys from {@code key} on
 */
public record Permission(Kind kind, Bytes key, Bytes rangeEnd) {

    private static final Bytes OPEN_END = Bytes.wrap(new byte[] {0});

    /** What is permitted. New constants go to the end: their places are written in log entries. */
    public enum Kind {
        READ,
        WRITE,
        READWRITE;

        public boolean reads() {
            return this != WRITE;
        }

        public boolean writes() {
            return this != READ;
        }
    }

    /** Whether a role may be granted this: a key must be there, and a range's end above it. */
    public boolean isGrantable() {
        return !key.isEmpty() && (rangeEnd.isEmpty() || rangeEnd.equals(OPEN_END) || key.compareTo(rangeEnd) < 0);
    }

    /** Whether it is for exactly this range, as it was written down. */
    public boolean isFor(Bytes otherKey, Bytes otherRangeEnd) {
        return key.equals(otherKey) && rangeEnd.equals(otherRangeEnd);
    }

    public KeyRange range() {
        return KeyRange.of(key, rangeEnd);
    }
}
