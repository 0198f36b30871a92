package dev.mainstay.node.storage.rocksdb;

/**
 * How much memory and background work the engine may use.
 *
 * @param blockCacheBytes memory for blocks of data, indexes and filters that were read
 * @param writeBufferBytes memory for changes not yet flushed, all tables together
 * @param backgroundJobs most flushes and compactions at a time
 * @param backgroundBytesPerSecond most bytes that flushes and compactions write per second
 */
public record RocksSettings(
        long blockCacheBytes, long writeBufferBytes, int backgroundJobs, long backgroundBytesPerSecond) {

    private static final long MIB = 1L << 20;

    public RocksSettings {
        if (blockCacheBytes < MIB || writeBufferBytes < MIB || backgroundJobs < 1 || backgroundBytesPerSecond < MIB) {
            throw new IllegalArgumentException("the engine needs at least 1 MiB of each memory, one job and 1 MiB/s");
        }
    }

    /** Fits two cores and a member of a gigabyte. */
    public static RocksSettings defaults() {
        return new RocksSettings(96 * MIB, 64 * MIB, 2, 256 * MIB);
    }

    /** For a second store that is read beside one that is served from. */
    public static RocksSettings aside() {
        return new RocksSettings(16 * MIB, MIB, 1, 64 * MIB);
    }

    /** As little as works, for tests. */
    public static RocksSettings small() {
        return new RocksSettings(2 * MIB, 2 * MIB, 1, 64 * MIB);
    }
}
