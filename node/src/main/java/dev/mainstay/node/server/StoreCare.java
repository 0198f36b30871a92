package dev.mainstay.node.server;

import dev.mainstay.node.api.StorageCare;
import dev.mainstay.node.apply.Tables;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.leader.CompactionKeeper;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.Table;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * Sizes and upkeep of a member's store. Any thread.
 *
 * <p>What a compaction removed takes room until the store has merged it away, which it does in its own time. While space is short it is told to do so at
 * once, so that compacting is enough to get below the quota.
 */
final class StoreCare implements StorageCare, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(StoreCare.class.getName());

    private final Store store;
    private final long quotaBytes;
    private final CompactionKeeper compaction;
    private final LongConsumer defragmented;
    private final AtomicBoolean defragmenting = new AtomicBoolean();
    private volatile boolean closed;
    private volatile Thread worker = Thread.ofPlatform().unstarted(() -> {});

    StoreCare(Store store, Alarms alarms, long quotaBytes, CompactionKeeper compaction, LongConsumer defragmented) {
        this.defragmented = defragmented;
        this.store = store;
        this.quotaBytes = quotaBytes;
        this.compaction = compaction;
        compaction.afterEach(() -> {
            if (alarms.isRaised(Alarm.Type.NOSPACE)) {
                defragment();
            }
        });
    }

    @Override
    public long sizeBytes() {
        return store.diskBytes();
    }

    @Override
    public long sizeInUseBytes() {
        return Math.min(store.liveBytes(), store.diskBytes());
    }

    @Override
    public long quotaBytes() {
        return quotaBytes;
    }

    /** One at a time; asking again while one is under way changes nothing. */
    @Override
    public void defragment() {
        if (!closed && defragmenting.compareAndSet(false, true)) {
            worker = Thread.ofPlatform().name("defragment").daemon().start(this::rewrite);
        }
    }

    @Override
    public boolean isDefragmenting() {
        return defragmenting.get();
    }

    private void rewrite() {
        long start = System.nanoTime();
        try {
            for (Table table : Tables.all()) {
                if (closed) {
                    return;
                }
                store.compactRange(table, null, null);
            }
            defragmented.accept(System.nanoTime() - start);
            LOG.log(System.Logger.Level.INFO, "defragmented; the store takes {0} bytes", store.diskBytes());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "defragmentation failed; nothing is lost", e);
        } finally {
            defragmenting.set(false);
        }
    }

    @Override
    public CompletableFuture<Void> physicallyCompacted(long revision) {
        return compaction.whenDone(revision);
    }

    /** Waits for the table under way, since the store must not close under it. */
    @Override
    public void close() {
        closed = true;
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
