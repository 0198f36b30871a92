package dev.mainstay.node.storage;

/** Changes that a {@link Store} makes all at once or not at all. */
public interface WriteSet {

    void put(Table table, byte[] key, byte[] value);

    void delete(Table table, byte[] key);

    /** Deletes {@code from <= key < to}. */
    void deleteRange(Table table, byte[] from, byte[] to);
}
