package dev.mainstay.node.storage.rocksdb;

import java.util.List;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RateLimiter;
import org.rocksdb.WriteBufferManager;

/** The tuning of one database, with the native objects it is made of. Closed after the database. */
final class EngineOptions implements AutoCloseable {

    private static final int KIB = 1 << 10;
    private static final long MIB = 1L << 20;
    private static final int OPEN_FILES = 512;

    private final Cache cache;
    private final WriteBufferManager writeBuffers;
    private final RateLimiter rateLimiter;
    private final AbstractEventListener events;
    private final DBOptions database;
    private final ColumnFamilyOptions family;

    EngineOptions(RocksSettings settings, AbstractEventListener events) {
        this.events = events;
        // Write buffers are charged to the cache, so that both together have one bound; what was read keeps its share.
        cache = new LRUCache(settings.blockCacheBytes() + settings.writeBufferBytes());
        writeBuffers = new WriteBufferManager(settings.writeBufferBytes(), cache, false);
        rateLimiter = new RateLimiter(settings.backgroundBytesPerSecond());
        family = family(settings);
        database = database(settings);
    }

    DBOptions database() {
        return database;
    }

    /** For every table. */
    ColumnFamilyOptions family() {
        return family;
    }

    private DBOptions database(RocksSettings settings) {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setAtomicFlush(true)
                .setWriteBufferManager(writeBuffers)
                .setRateLimiter(rateLimiter)
                .setMaxBackgroundJobs(settings.backgroundJobs())
                .setMaxOpenFiles(OPEN_FILES)
                .setBytesPerSync(MIB)
                .setSkipStatsUpdateOnDbOpen(true)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(4 * MIB)
                .setKeepLogFileNum(2)
                .setListeners(List.of(events));
    }

    private ColumnFamilyOptions family(RocksSettings settings) {
        // Indexes live in the cache, so that memory is bounded however large the database is. No Bloom filters: nearly
        // all reads are seeks by a part of the key, which a filter can't answer.
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(8 * KIB)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFormatVersion(6);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true)
                .setWriteBufferSize(settings.writeBufferBytes() / 2)
                .setMaxWriteBufferNumber(4)
                .setArenaBlockSize(256 * KIB)
                .setTargetFileSizeBase(32 * MIB)
                .setMaxBytesForLevelBase(128 * MIB);
    }

    @Override
    public void close() {
        database.close();
        family.close();
        events.close();
        rateLimiter.close();
        writeBuffers.close();
        cache.close();
    }
}
