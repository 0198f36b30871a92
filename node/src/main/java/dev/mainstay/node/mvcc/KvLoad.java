package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty store with versions of keys from elsewhere, by revision, and works out the rest: what superseded what, the
 * history, the counts. Memory doesn't grow with the number of keys but for a fence every few hundred. Owned by one thread.
 */
public final class KvLoad implements AutoCloseable {

    private static final int BATCH_BYTES = 1 << 20;
    private static final int ROW_BYTES = 128;

    /** More revisions without a change than any store has; each takes a row. */
    private static final long MAX_GAPS = 1_000_000;

    private final Store store;
    private StoreTransaction changes;
    private int pending;
    private Revision last = new Revision(0, 0);

    /** @param store without any key */
    public KvLoad(Store store) {
        this.store = store;
        this.changes = store.begin();
    }

    /** Adds a version, whose revision is above all before. */
    public void add(KeyVersion version) {
        Invariant.check(version.revision().compareTo(last) > 0, "%s after %s", version.revision(), last);
        last = version.revision();
        StoredVersion stored = version.stored();
        put(Schema.KV, KvKey.of(stored.key(), stored.revision()), stored.encode());
    }

    /** The newest revision of a version that was added; 0 before the first. */
    public long lastRevision() {
        return last.main();
    }

    /**
     * Completes the store.
     *
     * @param revision the newest revision, no less than any added
     * @param compactRevision the revision below which nothing can be read any more, -1 if nothing was ever compacted; what
     *     compaction to it removes is removed
     * @param live sees every key that exists, in key order
     * @throws IllegalArgumentException if revisions are missing above the compact revision, and more of them than could be
     */
    public void finish(long revision, long compactRevision, Consumer<KeyValue> live) {
        Invariant.check(
                revision >= last.main() && revision >= compactRevision, "%d is not the newest revision", revision);
        write();
        List<CountedKeys.Block> blocks = new ArrayList<>(List.of(new CountedKeys.Block(Bytes.EMPTY, 0)));
        relate(compactRevision, key -> {
            if (blocks.getLast().count == CountedKeys.FILL) {
                blocks.add(new CountedKeys.Block(key.key(), 0));
            }
            blocks.getLast().count++;
            live.accept(key);
        });
        write();
        fillGaps(Math.max(2, compactRevision), revision);
        if (compactRevision > 0) {
            put(
                    Schema.MVCC,
                    LogEntryWriter.COMPACTED_KEY,
                    ByteBuffer.allocate(Long.BYTES).putLong(compactRevision).array());
            put(
                    Schema.MVCC,
                    Progress.KEY,
                    new Progress(compactRevision, new Revision(compactRevision + 1, 0), compactRevision).encode());
        }
        CountsCodec.save(changes, revision, blocks);
        write();
    }

    /** Walks all versions by key, the newest first, drops what compaction drops and writes the history of the rest. */
    private void relate(long compactRevision, Consumer<KeyValue> live) {
        KeptVersions kept = new KeptVersions(compactRevision);
        @Nullable StoredVersion newer = null;
        try (Cursor cursor = store.cursor(Schema.KV, null, null)) {
            for (cursor.seek(KvKey.before(KeyRange.all().from())); cursor.isValid(); cursor.next()) {
                byte[] key = cursor.key();
                StoredVersion version = StoredVersion.decode(key, cursor.value());
                boolean newest = newer == null || !newer.key().equals(version.key());
                boolean keeps = kept.keeps(key, cursor.value());
                if (newer != null) {
                    history(newer, newest || !keeps ? null : version, compactRevision);
                }
                if (newest && !version.tombstone()) {
                    live.accept(version.toKeyValue());
                }
                if (!keeps) {
                    changes.delete(Schema.KV, key);
                    count(key.length);
                }
                newer = keeps ? version : headless(version);
            }
        }
        if (newer != null) {
            history(newer, null, compactRevision);
        }
    }

    /** One that goes: of no interest but for its key. */
    private static StoredVersion headless(StoredVersion version) {
        return StoredVersion.tombstone(version.key(), new Revision(0, 0));
    }

    private void history(StoredVersion version, @Nullable StoredVersion older, long compactRevision) {
        if (version.revision().main() < Math.max(1, compactRevision)) {
            return;
        }
        Change.Kind kind = version.tombstone()
                ? Change.Kind.DELETE
                : version.version() == 1 ? Change.Kind.CREATE : Change.Kind.UPDATE;
        boolean supersedes = older != null
                && (kind != Change.Kind.CREATE
                        || (older.tombstone()
                                && older.revision().main() == version.revision().main()));
        Change change = new Change(
                version.revision(), kind, supersedes && older != null ? older.revision() : null, version.key());
        put(Schema.HISTORY, change.tableKey(), change.encode());
    }

    /** Sees that the history has every revision of a range. */
    private void fillGaps(long from, long to) {
        long next = from;
        long gaps = 0;
        List<Long> missing = new ArrayList<>();
        try (Cursor history = store.cursor(Schema.HISTORY, Change.tableKey(from, 0), null)) {
            history.seek(Change.tableKey(from, 0));
            while (next <= to) {
                long main = history.isValid() ? Change.revision(history.key()).main() : to + 1;
                gaps += main - next;
                if (gaps > MAX_GAPS) {
                    throw new IllegalArgumentException(gaps + " revisions are missing between " + from + " and " + to);
                }
                for (; next < main; next++) {
                    missing.add(next);
                }
                next = main + 1;
                if (history.isValid()) {
                    history.next();
                    while (history.isValid() && Change.revision(history.key()).main() == main) {
                        history.next();
                    }
                }
            }
        }
        for (long main : missing) {
            Change gap = new Change(new Revision(main, 0), Change.Kind.GAP, null, Bytes.EMPTY);
            put(Schema.HISTORY, gap.tableKey(), gap.encode());
        }
    }

    private void put(Table table, byte[] key, byte[] value) {
        changes.put(table, key, value);
        count(key.length + value.length);
    }

    private void count(int bytes) {
        pending += bytes + ROW_BYTES;
        if (pending > BATCH_BYTES) {
            write();
        }
    }

    private void write() {
        store.write(changes);
        changes.close();
        changes = store.begin();
        pending = 0;
    }

    @Override
    public void close() {
        changes.close();
    }
}
