package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads events of the past over cursors fixed when it is made, so that a compaction under way takes nothing from under
 * it. Owned by one thread; close it.
 */
final class HistoryReader implements AutoCloseable {

    private final Cursor history;
    private final Cursor kv;

    HistoryReader(StoreView store) {
        history = store.cursor(Schema.HISTORY, null, null);
        kv = store.cursor(Schema.KV, null, null);
    }

    /**
     * @param compactRevision read after this object was made
     * @param lastRevision where to end
     */
    HistoryRead.Revisions read(
            long fromRevision, long lastRevision, long compactRevision, int maxRevisions, long maxBytes) {
        List<RevisionEvents> revisions = new ArrayList<>();
        long next = fromRevision;
        long bytes = 0;
        history.seek(Change.tableKey(fromRevision, 0));
        while (history.isValid() && revisions.size() < maxRevisions && bytes < maxBytes) {
            long main = Change.revision(history.key()).main();
            if (main > lastRevision) {
                break;
            }
            Invariant.check(main == Math.max(next, 2), "the history lacks revision %d before %d", next, main);
            List<Change> changes = changes(main);
            if (main == compactRevision) {
                changes = lastOfEachKey(changes);
            }
            List<Event> events = new ArrayList<>(changes.size());
            for (Change change : changes) {
                if (change.kind() == Change.Kind.GAP) {
                    continue;
                }
                Event event = event(change, main > compactRevision);
                events.add(event);
                bytes += size(event.kv()) + size(event.previous());
            }
            revisions.add(new RevisionEvents(main, events));
            next = main + 1;
        }
        return new HistoryRead.Revisions(revisions, next);
    }

    /** The changes of the revision that the cursor stands at; leaves it at the next. */
    private List<Change> changes(long main) {
        List<Change> changes = new ArrayList<>(1);
        while (history.isValid() && Change.revision(history.key()).main() == main) {
            changes.add(Change.decode(history.key(), history.value()));
            history.next();
        }
        return changes;
    }

    /** What compaction keeps of its own revision. */
    private static List<Change> lastOfEachKey(List<Change> changes) {
        TreeMap<Bytes, Revision> last = new TreeMap<>();
        changes.forEach(change -> last.put(change.key(), change.revision()));
        return changes.stream()
                .filter(change -> change.revision().equals(last.get(change.key())))
                .toList();
    }

    private Event event(Change change, boolean previousReadable) {
        Revision at = change.revision();
        if (change.kind() == Change.Kind.DELETE) {
            return Event.delete(change.key(), at.main(), previousReadable ? previous(change) : null);
        }
        StoredVersion version = exact(change, at);
        if (version == null) {
            throw new IllegalStateException("invariant broken: " + at + " of key " + change.key() + " is missing");
        }
        boolean created = version.createRevision() == at.main();
        return new Event(Event.Type.PUT, version.toKeyValue(), created || !previousReadable ? null : previous(change));
    }

    private @Nullable KeyValue previous(Change change) {
        Revision predecessor = change.predecessor();
        if (predecessor == null) {
            return null;
        }
        StoredVersion version;
        if (predecessor.main() < change.revision().main()) {
            version = exact(change, predecessor);
        } else {
            kv.seek(KvKey.newestAt(change.key(), change.revision().main() - 1));
            version = kv.isValid() && KvKey.key(kv.key()).equals(change.key())
                    ? StoredVersion.decode(kv.key(), kv.value())
                    : null;
        }
        return version == null || version.tombstone() ? null : version.toKeyValue();
    }

    private @Nullable StoredVersion exact(Change change, Revision revision) {
        byte[] key = KvKey.of(change.key(), revision);
        kv.seek(key);
        return kv.isValid() && Arrays.equals(kv.key(), key) ? StoredVersion.decode(key, kv.value()) : null;
    }

    private static long size(@Nullable KeyValue kv) {
        return kv == null ? 0 : (long) kv.key().length() + kv.value().length();
    }

    @Override
    public void close() {
        history.close();
        kv.close();
    }
}
