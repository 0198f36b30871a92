package dev.mainstay.node.storage;

/**
 * Walks one table in key order over a fixed view. Opened invalid: seek first. Owned by one thread; close it.
 *
 * <p>The returned arrays stay as they are when the cursor moves on; they are not to be written to.
 */
public interface Cursor extends AutoCloseable {

    /** Goes to the first key at or after {@code key}. */
    void seek(byte[] key);

    /** Goes to the last key at or before {@code key}. */
    void seekForPrev(byte[] key);

    boolean isValid();

    void next();

    void prev();

    /** The key here; call only when {@link #isValid}. */
    byte[] key();

    /** The value here; call only when {@link #isValid}. */
    byte[] value();

    /** The value here, or no less than its first {@code length} bytes where that is cheaper. */
    default byte[] valueHead(int length) {
        return value();
    }

    @Override
    void close();
}
