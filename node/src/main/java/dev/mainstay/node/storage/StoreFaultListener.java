package dev.mainstay.node.storage;

/** Hears of faults that no caller waits for: a background flush or compaction that failed. */
@FunctionalInterface
public interface StoreFaultListener {

    /**
     * Called on a thread of the engine or of whoever asks for the store's size, possibly more than once; must not block,
     * must not call the store. After a damage, writes fail until the store is opened again. A flush that failed is tried
     * again by the engine: writes go on in memory, wait once that is full, and go on when a retry succeeds.
     */
    void faulted(StorageException fault);
}
