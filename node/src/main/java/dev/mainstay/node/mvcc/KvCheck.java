package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Holds the keys of a store against what must always be true of them: each key's versions follow one another without a gap, the
 * history names exactly the versions there are, has every revision, and the counts are those of the keys. Versions that a
 * compaction has yet to remove are looked at one by one only.
 *
 * <p>The two tables are read once, in their order, and compared by sums of hashes; only where those differ are the rows looked up.
 * Owned by one thread.
 */
public final class KvCheck {

    private static final int ROWS_BETWEEN_NEWS = 4_096;

    /** Rows of a kind that are named one by one; the others are counted. */
    private static final int MOST_NAMED = 10;

    private final Store store;
    private final Consumer<String> findings;
    private final Visitor visitor;
    private final CRC32C crc = new CRC32C();
    private final long compacted;
    private final long revision;
    private long named;
    private long unnamed;
    private long versions;
    private long live;
    private long changes;
    private long kvSum;
    private long historySum;

    /** Hears of what others want to know. */
    public interface Visitor {

        /** A key that exists and hangs on a lease. */
        void leased(Bytes key, long lease);

        /** So many rows were looked at. */
        void progress(long rows);
    }

    /**
     * What the keys come to.
     *
     * @param compacted -1 if nothing was ever compacted
     * @param keys that exist at the newest revision
     * @param versions in the table, with those that are yet to be removed
     * @param changes in the history
     */
    public record Totals(long revision, long compacted, long keys, long versions, long changes) {}

    /** @param findings is told what is wrong, a line each */
    public KvCheck(Store store, Consumer<String> findings, Visitor visitor) {
        this.store = store;
        this.findings = findings;
        this.visitor = visitor;
        byte[] stored = store.get(Schema.MVCC, LogEntryWriter.COMPACTED_KEY);
        compacted = stored == null ? -1 : ByteBuffer.wrap(stored).getLong();
        revision = KvStore.newestRevision(store);
    }

    /** Looks at everything. */
    public Totals run() {
        if (compacted > revision) {
            findings.accept("the compact revision " + compacted + " is above the newest, " + revision);
        }
        versions();
        history();
        if (kvSum != historySum) {
            findings.accept(
                    "the history and the keys don't tell the same of the revisions above " + Math.max(compacted, 1));
            compareRows();
        }
        counts();
        if (unnamed > 0) {
            findings.accept(unnamed + " more findings of this kind");
        }
        return new Totals(revision, compacted, live, versions, changes);
    }

    /** Whether a key exists at the newest revision and hangs on a lease. */
    public boolean isLeased(Bytes key, long lease) {
        StoredVersion newest = KvReads.newest(store, key, Long.MAX_VALUE);
        return newest != null && !newest.tombstone() && newest.lease() == lease;
    }

    private void versions() {
        try (Cursor cursor = store.cursor(Schema.KV, null, null)) {
            byte[] newerKey = null;
            StoredVersion newer = null;
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                if (++versions % ROWS_BETWEEN_NEWS == 0) {
                    visitor.progress(versions);
                }
                byte[] at = cursor.key();
                StoredVersion version;
                try {
                    version = StoredVersion.decode(at, cursor.valueHead(StoredVersion.HEAD_BYTES));
                } catch (RuntimeException e) {
                    name("a version of a key can't be read (" + e.getMessage() + "): " + Bytes.wrap(at));
                    continue;
                }
                boolean same = newerKey != null && KvKey.sameKey(newerKey, at);
                check(version);
                if (newer != null) {
                    follows(newer, same ? version : null);
                }
                if (!same && !version.tombstone()) {
                    live++;
                    if (version.lease() != 0) {
                        visitor.leased(version.key(), version.lease());
                    }
                }
                newer = version;
                newerKey = at;
            }
            if (newer != null) {
                follows(newer, null);
            }
        }
    }

    /** A version by itself. */
    private void check(StoredVersion version) {
        long main = version.revision().main();
        if (main < 2 || main > revision) {
            name(place(version) + " is outside the revisions 2 to " + revision);
        }
        boolean sound = version.tombstone()
                || (version.createRevision() >= 1
                        && version.createRevision() <= main
                        && version.version() >= 1
                        && (version.version() == 1) == (version.createRevision() == main));
        if (!sound) {
            name(place(version) + " contradicts itself: created at " + version.createRevision() + ", version "
                    + version.version());
        }
        if (main > compacted) {
            kvSum += hash(version.revision(), version.key(), kind(version));
        }
    }

    /** A version and the one before it, which has to be there if nothing of it can have been compacted. */
    private void follows(StoredVersion version, @Nullable StoredVersion older) {
        if (version.revision().main() <= compacted) {
            return;
        }
        if (!version.tombstone() && version.version() == 1) {
            if (older != null && !older.tombstone() && older.revision().main() > compacted) {
                name(place(version) + " begins the key anew, but " + place(older) + " wasn't deleted");
            }
            return;
        }
        boolean sound = older != null
                && !older.tombstone()
                && (version.tombstone()
                        || (older.createRevision() == version.createRevision()
                                && older.version() == version.version() - 1));
        if (!sound) {
            name(place(version) + " doesn't follow from the version before it, "
                    + (older == null ? "which is missing" : place(older)));
        }
    }

    private void history() {
        long expected = Math.max(compacted + 1, 2);
        try (Cursor cursor = store.cursor(Schema.HISTORY, null, null)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                if (++changes % ROWS_BETWEEN_NEWS == 0) {
                    visitor.progress(versions + changes);
                }
                Change change;
                try {
                    change = Change.decode(cursor.key(), cursor.value());
                } catch (RuntimeException e) {
                    name("an entry of the history can't be read: " + e.getMessage());
                    continue;
                }
                long main = change.revision().main();
                if (main <= compacted) {
                    continue;
                }
                if (main > expected) {
                    name("the history lacks revision" + (main - expected == 1 ? " " : "s from ") + expected
                            + (main - expected == 1 ? "" : " to " + (main - 1)));
                }
                expected = main + 1;
                if (change.kind() != Change.Kind.GAP) {
                    historySum += hash(change.revision(), change.key(), change.kind());
                }
            }
        }
    }

    private void compareRows() {
        try (Cursor cursor = store.cursor(Schema.HISTORY, Change.tableKey(compacted + 1, 0), null)) {
            for (cursor.seek(Change.tableKey(compacted + 1, 0)); cursor.isValid(); cursor.next()) {
                Change change = Change.decode(cursor.key(), cursor.value());
                byte[] stored = change.kind() == Change.Kind.GAP
                        ? null
                        : store.get(Schema.KV, KvKey.of(change.key(), change.revision()));
                if (change.kind() != Change.Kind.GAP && stored == null) {
                    name("revision " + text(change.revision()) + " of key " + change.key() + " is in the history only");
                } else if (stored != null
                        && kind(StoredVersion.decode(KvKey.of(change.key(), change.revision()), stored))
                                != change.kind()) {
                    name("revision " + text(change.revision()) + " of key " + change.key() + " is a " + change.kind()
                            + " in the history only");
                }
            }
        }
        try (Cursor cursor = store.cursor(Schema.KV, null, null)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                Revision at = KvKey.revision(cursor.key());
                byte[] change =
                        at.main() <= compacted ? null : store.get(Schema.HISTORY, Change.tableKey(at.main(), at.sub()));
                if (at.main() > compacted
                        && (change == null
                                || !Change.decode(Change.tableKey(at.main(), at.sub()), change)
                                        .key()
                                        .equals(KvKey.key(cursor.key())))) {
                    name("revision " + text(at) + " of key " + KvKey.key(cursor.key()) + " isn't in the history");
                }
            }
        }
    }

    private void counts() {
        try {
            Outcome counted =
                    KvStore.open(store).range(RangeQuery.all(KeyRange.all(), 0).onlyCount());
            if (counted instanceof Outcome.Ranged ranged && ranged.count() != live) {
                findings.accept("the counts say " + ranged.count() + " keys, where there are " + live);
            }
        } catch (RuntimeException e) {
            findings.accept("the counts can't be read: " + e.getMessage());
        }
    }

    private void name(String finding) {
        if (named < MOST_NAMED) {
            named++;
            findings.accept(finding);
        } else {
            unnamed++;
        }
    }

    private long hash(Revision at, Bytes key, Change.Kind kind) {
        crc.reset();
        crc.update(key.array());
        long hash = at.main() * 0x9e3779b97f4a7c15L ^ (long) at.sub() << 32 ^ crc.getValue();
        hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L + kind.keys();
        return (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    }

    private static Change.Kind kind(StoredVersion version) {
        if (version.tombstone()) {
            return Change.Kind.DELETE;
        }
        return version.version() == 1 ? Change.Kind.CREATE : Change.Kind.UPDATE;
    }

    private static String place(StoredVersion version) {
        return "revision " + text(version.revision()) + " of key " + version.key();
    }

    private static String text(Revision revision) {
        return revision.sub() == 0 ? Long.toString(revision.main()) : revision.main() + "." + revision.sub();
    }
}
