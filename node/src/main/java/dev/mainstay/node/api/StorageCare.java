package dev.mainstay.node.api;

import java.util.concurrent.CompletableFuture;

/** What maintenance calls ask of the store. Any thread; nothing blocks. */
public interface StorageCare {

    /** Bytes the store takes on disk. */
    long sizeBytes();

    /** Bytes of that in use; at most {@link #sizeBytes}. */
    long sizeInUseBytes();

    /** The quota in force, in bytes. */
    long quotaBytes();

    /** Has freed space given back in the background; returns once that is scheduled. */
    void defragment();

    /** Whether {@link #defragment} is at it. */
    boolean isDefragmenting();

    /** Completes when everything that the compaction to this revision drops is gone from the disk. */
    CompletableFuture<Void> physicallyCompacted(long revision);
}
