package dev.mainstay.node.storage;

import org.jspecify.annotations.Nullable;

/**
 * An ordered key-value engine with atomic writes and consistent cursors.
 *
 * <p>A write is visible at once and durable from the next {@link #flush} on, or earlier when the engine flushes by
 * itself; flushes keep the order and atomicity of writes over all tables, so that what a crash leaves is a prefix of the
 * writes. Reads may come from any thread; writes from any thread, ordered by the caller.
 *
 * <p>Every method may throw a {@link StorageException}.
 */
public interface Store extends StoreView, AutoCloseable {

    /** A new, empty set of changes for this store, to be passed to {@link #write} once. */
    StoreTransaction begin();

    /** Makes all changes of the set. */
    void write(StoreTransaction changes);

    /** The value of {@code key} as of the last flush: what a crash right now would leave. */
    byte @Nullable [] getDurable(Table table, byte[] key);

    /** What the store holds right now, to be read in peace; writes go on. */
    StoreMoment moment();

    /** Makes everything written so far durable. */
    void flush();

    /** Bytes that the store takes on disk now. */
    long diskBytes();

    /** An estimate of the bytes that would remain on disk if everything deleted and overwritten were gone. */
    long liveBytes();

    /**
     * Rewrites a part of a table so that what was deleted in it leaves the disk. Slow, in the calling thread; reads and
     * writes go on meanwhile.
     *
     * @param from start of the part, {@code null} for the table's
     * @param to end of the part, {@code null} for the table's
     */
    void compactRange(Table table, byte @Nullable [] from, byte @Nullable [] to);

    @Override
    void close();
}
