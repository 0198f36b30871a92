package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.StoreView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys, as committed. Reads may come from any thread; {@link #writer} and {@link #publish} are the apply thread's.
 *
 * <p>A read takes the revision first, then opens its cursors, then looks at the compact revision again: a cursor opened
 * before a compaction was published keeps seeing what that compaction removes. Memory doesn't grow with the number of
 * keys but for a fence every few hundred.
 */
public final class KvStore implements KvView {

    /** Memory for the newest versions: an eighth of the heap, but no more than 64 MiB. */
    private static final long NEWEST_BYTES =
            Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 8);

    private final Store store;

    /** Guarded by itself, together with writing {@link #sight}: so that a count and its revision belong together. */
    private final CountedKeys counted;

    private final NewestVersions newest;
    private final Compactor compactor;
    private volatile Sight sight;
    private volatile long countsSavedAt;
    private volatile boolean countsHeld;
    private @Nullable LogEntryWriter unpublished;

    /** What readers see. */
    private record Sight(long revision, long compactRevision) {}

    /** A revision and the whole blocks of a range counted at it. */
    private record Counted(Sight sight, CountedKeys.Span span) {}

    private KvStore(Store store, Sight sight, CountsCodec.Saved saved, NewestVersions newest) {
        this.store = store;
        this.newest = newest;
        this.sight = sight;
        counted = saved.counted();
        countsSavedAt = saved.revision();
        rollForward();
        compactor = new Compactor(store, this);
    }

    /** Opens what the store holds; the caller keeps and closes the store. */
    public static KvStore open(Store store) {
        return open(store, NEWEST_BYTES);
    }

    /** The same with so many bytes of memory for the newest versions. */
    static KvStore open(Store store, long newestBytes) {
        byte[] compacted = store.get(Schema.MVCC, LogEntryWriter.COMPACTED_KEY);
        Sight sight = new Sight(
                newestRevision(store),
                compacted == null ? -1 : ByteBuffer.wrap(compacted).getLong());
        return new KvStore(store, sight, CountsCodec.load(store), new NewestVersions(newestBytes));
    }

    static long newestRevision(StoreView store) {
        try (Cursor history = store.cursor(Schema.HISTORY, null, null)) {
            history.seekForPrev(Change.tableKey(Long.MAX_VALUE, Integer.MAX_VALUE));
            return history.isValid() ? Change.revision(history.key()).main() : 1;
        }
    }

    /** Brings loaded counts to the newest revision. */
    private void rollForward() {
        byte[] start = Change.tableKey(countsSavedAt + 1, 0);
        try (Cursor history = store.cursor(Schema.HISTORY, start, null)) {
            for (history.seek(start); history.isValid(); history.next()) {
                Change change = Change.decode(history.key(), history.value());
                if (change.keys() != 0) {
                    counted.add(change.key(), change.keys());
                }
            }
        }
        cutLargeBlocks();
    }

    /**
     * Begins the changes of one log entry, on top of what was published last. They go into {@code changes}; the caller
     * writes those to the store and then calls {@link #publish}, or drops both.
     */
    public KvWriter writer(StoreTransaction changes) {
        Sight now = sight;
        LogEntryWriter writer = new LogEntryWriter(changes, counted, newest, now.revision, now.compactRevision);
        unpublished = writer;
        return writer;
    }

    /** Makes the changes of a writer visible to readers, after the store has written them. */
    public void publish(KvWriter writer) {
        LogEntryWriter changes = unpublished;
        if (changes == null || changes != writer) {
            throw new IllegalStateException("invariant broken: only the last writer can be published, once");
        }
        unpublished = null;
        // Before readers see the revision: what they find here must not be older than that.
        changes.written().forEach(newest::put);
        synchronized (counted) {
            changes.arrivals().forEach((key, arrival) -> {
                if (arrival != 0) {
                    counted.add(key, arrival);
                }
            });
            sight = new Sight(changes.revision(), changes.compactRevision());
        }
        cutLargeBlocks();
    }

    /** Looks at the keys of blocks that grew too large; outside the lock, as only this thread changes them. */
    private void cutLargeBlocks() {
        for (KeyRange block = counted.nextLarge(); block != null; block = counted.nextLarge()) {
            List<CountedKeys.Block> blocks = countBlocks(block);
            synchronized (counted) {
                counted.cut(blocks);
            }
        }
    }

    private List<CountedKeys.Block> countBlocks(KeyRange range) {
        List<CountedKeys.Block> blocks = new ArrayList<>();
        CountedKeys.Block last = new CountedKeys.Block(range.from(), 0);
        blocks.add(last);
        try (Cursor cursor = KvReads.cursor(store, range)) {
            for (LiveKeys keys = new LiveKeys(cursor, range, sight.revision); keys.next(); ) {
                if (last.count == CountedKeys.FILL) {
                    last = new CountedKeys.Block(keys.head().key(), 0);
                    blocks.add(last);
                }
                last.count++;
            }
        }
        return blocks;
    }

    @Override
    public long revision() {
        return sight.revision;
    }

    @Override
    public long compactRevision() {
        return sight.compactRevision;
    }

    @Override
    public Outcome range(RangeQuery query) {
        List<KeyValue> kvs = new ArrayList<>();
        Outcome outcome = stream(query, kvs::add);
        return outcome instanceof Outcome.Ranged rest
                ? new Outcome.Ranged(rest.revision(), kvs, rest.more(), rest.count())
                : outcome;
    }

    /**
     * Answers a query by passing its pairs to a visitor, in the order of the answer, instead of collecting them; pairs in
     * key order are passed on as they are read.
     *
     * @param visitor answers {@code false} to end after the pair it was given
     * @return {@link Outcome.Ranged} without pairs, whose {@code more} says whether the range holds more pairs than were
     *     visited; or a refusal, then nothing was visited
     */
    public Outcome stream(RangeQuery query, Predicate<KeyValue> visitor) {
        Outcome outcome = null;
        while (outcome == null) {
            outcome = query.range().isSingle() ? tryGet(query, visitor) : tryStream(query, visitor);
        }
        return outcome;
    }

    /** {@code null} if a compaction overtook the read, before anything was visited. */
    private @Nullable Outcome tryGet(RangeQuery query, Predicate<KeyValue> visitor) {
        Sight now = sight;
        Outcome.Refused refusal = refusal(query, now);
        if (refusal != null) {
            return refusal;
        }
        long at = query.revision() <= 0 ? now.revision : query.revision();
        Bytes key = query.range().from();
        StoredVersion found = at == now.revision ? newest(key, at) : KvReads.newest(store, key, at);
        if (sight.compactRevision > at) {
            return null;
        }
        Outcome.Ranged ranged = RangeRead.single(query, now.revision, found);
        if (!ranged.kvs().isEmpty()) {
            boolean ignored = visitor.test(ranged.kvs().getFirst());
        }
        return new Outcome.Ranged(now.revision, List.of(), false, ranged.count());
    }

    /** {@code null} if a compaction overtook the read, before anything was visited. */
    private @Nullable Outcome tryStream(RangeQuery query, Predicate<KeyValue> visitor) {
        Counted start = counted(query.range());
        Sight now = start.sight;
        Outcome.Refused refusal = refusal(query, now);
        if (refusal != null) {
            return refusal;
        }
        if (query.range().isEmpty()) {
            return new Outcome.Ranged(now.revision, List.of(), false, 0);
        }
        long at = query.revision() <= 0 ? now.revision : query.revision();
        try (RangeRead read = new RangeRead(store, query, at, now.revision, start.span)) {
            return sight.compactRevision > at ? null : read.answer(visitor);
        }
    }

    private static Outcome.@Nullable Refused refusal(RangeQuery query, Sight now) {
        if (query.revision() > now.revision) {
            return new Outcome.Refused(ErrorCode.FUTURE_REVISION);
        }
        return query.revision() > 0 && query.revision() < now.compactRevision
                ? new Outcome.Refused(ErrorCode.COMPACTED)
                : null;
    }

    private Counted counted(KeyRange range) {
        synchronized (counted) {
            return new Counted(sight, counted.span(range));
        }
    }

    @Override
    public @Nullable KeyValue get(Bytes key) {
        while (true) {
            long at = sight.revision;
            StoredVersion found = newest(key, at);
            if (sight.compactRevision <= at) {
                return found == null || found.tombstone() ? null : found.toKeyValue();
            }
        }
    }

    /** The newest version of a key at a revision that was the newest a moment ago. */
    private @Nullable StoredVersion newest(Bytes key, long at) {
        StoredVersion kept = newest.get(key);
        return kept != null && kept.revision().main() <= at ? kept : KvReads.newest(store, key, at);
    }

    /** Bytes of the newest versions that are kept in memory. */
    public long newestVersionsBytes() {
        return newest.bytes();
    }

    /** How many looks for a newest version were answered from memory. */
    public long newestVersionsHits() {
        return newest.hits();
    }

    /** How many weren't. */
    public long newestVersionsMisses() {
        return newest.misses();
    }

    @Override
    public void scan(KeyRange range, Predicate<KeyValue> visitor) {
        stream(RangeQuery.all(range, 0), visitor);
    }

    /**
     * Reads events of the past.
     *
     * @param fromRevision the first revision wanted, at least 1
     * @param maxRevisions most revisions to answer with
     * @param maxBytes bytes of keys and values after which the answer ends, with the revision that passed it
     */
    public HistoryRead history(long fromRevision, int maxRevisions, long maxBytes) {
        long last = sight.revision;
        try (HistoryReader reader = new HistoryReader(store)) {
            long compacted = sight.compactRevision;
            return fromRevision < compacted
                    ? new HistoryRead.Compacted(compacted)
                    : reader.read(fromRevision, last, compacted, maxRevisions, maxBytes);
        }
    }

    /** Hashes every version that compaction keeps, up to a revision; 0 or less for the newest. Reads everything. */
    public HashRead hash(long revision) {
        return hash(revision, () -> false);
    }

    /**
     * The same for one that may be given up half-way.
     *
     * @param givenUp asked now and then; once it is {@code true} the answer is a refusal, STOPPED
     */
    public HashRead hash(long revision, BooleanSupplier givenUp) {
        while (true) {
            Sight now = sight;
            if (revision > now.revision) {
                return new HashRead.Refused(ErrorCode.FUTURE_REVISION);
            }
            if (revision > 0 && revision < now.compactRevision) {
                return new HashRead.Refused(ErrorCode.COMPACTED);
            }
            long at = revision <= 0 ? now.revision : revision;
            try (Cursor cursor = store.cursor(Schema.KV, null, null)) {
                if (sight.compactRevision == now.compactRevision) {
                    OptionalInt hash = KvHash.of(cursor, at, now.compactRevision, givenUp);
                    return hash.isEmpty()
                            ? new HashRead.Refused(ErrorCode.STOPPED)
                            : new HashRead.Hashed(hash.getAsInt(), at, now.compactRevision, now.revision);
                }
            }
        }
    }

    /** What removes compacted versions; one per store. */
    public Compactor compactor() {
        return compactor;
    }

    /**
     * Remembers what a start would otherwise have to work out again from the history. The compactor calls it now and then;
     * for a clean stop, call it before the last flush.
     */
    public synchronized void saveCounts() {
        List<CountedKeys.Block> blocks;
        long revision;
        synchronized (counted) {
            if (countsHeld) {
                return;
            }
            blocks = counted.blocks();
            revision = sight.revision;
        }
        try (StoreTransaction changes = store.begin()) {
            CountsCodec.save(changes, revision, blocks);
            store.write(changes);
        }
        countsSavedAt = revision;
    }

    /**
     * Says whether the newest revision may still grow, as while versions are loaded from elsewhere: what is saved counts whole
     * revisions.
     */
    public void holdCounts(boolean held) {
        countsHeld = held;
    }

    /** How many revisions the saved counts are behind. */
    long countsLag() {
        return sight.revision - countsSavedAt;
    }

    long countsSavedAt() {
        return countsSavedAt;
    }

    int countedBlocks() {
        synchronized (counted) {
            return counted.blockCount();
        }
    }
}
