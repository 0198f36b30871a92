package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;

/**
 * Removes what compaction made unreadable, in bounded steps, outside the log. Steps are one thread's at a time; {@link
 * #doneRevision} may be read from any.
 *
 * <p>Every history entry names the version it superseded, so a walk from the last compact revision to the new one deletes
 * exactly what has to go: the cost follows what changed. Example, compacting to 7:
 *
 * <pre>
 * history  4 CREATE a   6 UPDATE a (was 4)   7 DELETE b (was 3)
 * removes  kv(a, 4) at entry 6, kv(b, 3) at entry 7, history entry 4 and 6
 * keeps    kv(a, 6), and the tombstone kv(b, 7) with its history entry until the next compaction
 * </pre>
 *
 * <p>Work and progress go into one write, so that a crash repeats at most a step. The history is kept back to where the
 * saved counts stand, so that a start can always roll them forward.
 */
public final class Compactor {

    /** So many revisions the saved counts may lag behind, or so many per block, before they are saved again. */
    private static final int COUNTS_LAG = 10_000;

    private static final int COUNTS_LAG_PER_BLOCK = 16;

    private final Store store;
    private final KvStore kv;
    private Progress progress;
    private int removing;
    private volatile long doneRevision;
    private volatile long removedVersions;

    Compactor(Store store, KvStore kv) {
        this.store = store;
        this.kv = kv;
        progress = Progress.load(store);
        doneRevision = progress.reached() ? progress.target() : -1;
    }

    /**
     * Does a bounded piece of the work.
     *
     * @param maxEntries most changes of the history to look at in this step
     * @return whether there is more to do right now
     */
    public synchronized boolean step(int maxEntries) {
        Invariant.check(maxEntries > 0, "a step looks at %d entries", maxEntries);
        if (kv.countsLag() > COUNTS_LAG + (long) COUNTS_LAG_PER_BLOCK * kv.countedBlocks()) {
            kv.saveCounts();
        }
        long compactRevision = kv.compactRevision();
        Progress now = progress;
        if (now.reached()) {
            if (compactRevision <= now.target()) {
                return false;
            }
            now = now.towards(compactRevision);
        }
        removing = 0;
        try (StoreTransaction changes = store.begin()) {
            now = walk(now, maxEntries, changes);
            if (now.reached()) {
                now = trimHistory(now, changes);
            }
            changes.put(Schema.MVCC, Progress.KEY, now.encode());
            store.write(changes);
        }
        progress = now;
        removedVersions += removing;
        if (now.reached()) {
            doneRevision = now.target();
        }
        return !now.reached() || compactRevision > now.target();
    }

    /** The revision up to which everything is removed that compaction allows; -1 when never compacted. */
    public long doneRevision() {
        return doneRevision;
    }

    /** How many versions of keys were removed since this process started. Any thread. */
    public long removedVersions() {
        return removedVersions;
    }

    private Progress walk(Progress from, int maxEntries, StoreTransaction changes) {
        byte[] start = Change.tableKey(from.next().main(), from.next().sub());
        byte[] end = Change.tableKey(from.target() + 1, 0);
        try (Cursor history = store.cursor(Schema.HISTORY, start, end)) {
            int entries = 0;
            for (history.seek(start); history.isValid(); history.next()) {
                Change change = Change.decode(history.key(), history.value());
                if (entries++ == maxEntries) {
                    return from.at(change.revision());
                }
                remove(change, from.target(), changes);
            }
        }
        return from.at(new Revision(from.target() + 1, 0));
    }

    private void remove(Change change, long target, StoreTransaction changes) {
        Revision predecessor = change.predecessor();
        if (predecessor != null) {
            changes.delete(Schema.KV, KvKey.of(change.key(), predecessor));
            removing++;
        }
        if (change.kind() == Change.Kind.DELETE && change.revision().main() < target) {
            changes.delete(Schema.KV, KvKey.of(change.key(), change.revision()));
            removing++;
        }
    }

    private Progress trimHistory(Progress at, StoreTransaction changes) {
        long keepFrom = Math.min(at.target(), kv.countsSavedAt() + 1);
        if (keepFrom <= at.historyFrom()) {
            return at;
        }
        changes.deleteRange(Schema.HISTORY, Change.tableKey(at.historyFrom(), 0), Change.tableKey(keepFrom, 0));
        return at.withHistoryFrom(keepFrom);
    }
}
