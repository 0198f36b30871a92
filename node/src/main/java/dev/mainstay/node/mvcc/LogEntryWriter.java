package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreTransaction;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The {@link KvWriter} over a transaction of the store. Hot. */
final class LogEntryWriter implements KvWriter {

    static final byte[] COMPACTED_KEY = "compacted".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final StoreTransaction store;
    private final CountedKeys counted;
    private final NewestVersions newest;

    /** What this log entry made the newest version of each key that it changed. */
    private final Map<Bytes, StoredVersion> written = new HashMap<>();

    /** What the store has as the newest version of each key that this log entry looked for there: a comparison and a put look twice. */
    private final Map<Bytes, Optional<StoredVersion>> found = new HashMap<>();

    /** Keys that came (1) or went (-1) in this log entry; the sum per key is what counts. */
    private final TreeMap<Bytes, Integer> arrivals = new TreeMap<>();

    private long revision;
    private long compactRevision;
    private int sub;
    private List<Event> events = new ArrayList<>();

    /** @param counted as of {@code revision}, like {@code newest}; nobody changes them while this writer is used */
    LogEntryWriter(
            StoreTransaction store, CountedKeys counted, NewestVersions newest, long revision, long compactRevision) {
        this.store = store;
        this.counted = counted;
        this.newest = newest;
        this.revision = revision;
        this.compactRevision = compactRevision;
    }

    /** Keys with their change of being (1), not being (-1) or neither (0). */
    Map<Bytes, Integer> arrivals() {
        return arrivals;
    }

    /** The newest versions of the keys that were changed, in no order. */
    Collection<StoredVersion> written() {
        return written.values();
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }

    @Override
    public @Nullable KeyValue put(Bytes key, Bytes value, long lease) {
        StoredVersion latest = newest(key);
        Revision at = nextChange();
        if (latest == null || latest.tombstone()) {
            StoredVersion created = StoredVersion.live(key, at, at.main(), 1, lease, value);
            Revision deletedJustNow =
                    latest != null && latest.revision().main() == at.main() ? latest.revision() : null;
            write(created, new Change(at, Change.Kind.CREATE, deletedJustNow, key));
            events.add(new Event(Event.Type.PUT, created.toKeyValue(), null));
            return null;
        }
        StoredVersion updated =
                StoredVersion.live(key, at, latest.createRevision(), latest.version() + 1, lease, value);
        write(updated, new Change(at, Change.Kind.UPDATE, latest.revision(), key));
        boolean createdJustNow = updated.createRevision() == at.main();
        events.add(new Event(Event.Type.PUT, updated.toKeyValue(), createdJustNow ? null : previous(latest, at)));
        return latest.toKeyValue();
    }

    @Override
    public List<KeyValue> deleteRange(KeyRange range) {
        if (range.isEmpty()) {
            return List.of();
        }
        List<StoredVersion> found = new ArrayList<>();
        KvReads.scan(store, range, Long.MAX_VALUE, found::add);
        List<KeyValue> gone = new ArrayList<>(found.size());
        for (StoredVersion version : found) {
            delete(version);
            gone.add(version.toKeyValue());
        }
        return gone;
    }

    @Override
    public @Nullable KeyValue delete(Bytes key) {
        StoredVersion found = newest(key);
        if (found == null || found.tombstone()) {
            return null;
        }
        delete(found);
        return found.toKeyValue();
    }

    private void delete(StoredVersion old) {
        Revision at = nextChange();
        write(StoredVersion.tombstone(old.key(), at), new Change(at, Change.Kind.DELETE, old.revision(), old.key()));
        events.add(Event.delete(old.key(), at.main(), previous(old, at)));
    }

    @Override
    public boolean continues(KeyVersion version, boolean whole) {
        StoredVersion latest = newest(version.kv().key());
        boolean exists = latest != null && !latest.tombstone();
        if (version.tombstone()) {
            return exists || !whole;
        }
        KeyValue kv = version.kv();
        if (kv.modRevision() != version.revision().main()) {
            return false;
        }
        if (latest == null || !exists) {
            boolean created = kv.version() == 1 && kv.createRevision() == kv.modRevision();
            return created || (!whole && latest == null);
        }
        return kv.createRevision() == latest.createRevision()
                && (whole ? kv.version() == latest.version() + 1 : kv.version() > latest.version());
    }

    @Override
    public @Nullable KeyValue load(KeyVersion version) {
        Revision at = version.revision();
        Invariant.check(at.main() >= revision, "revision %s loaded after %d", at, revision);
        StoredVersion loaded = version.stored();
        StoredVersion latest = newest(loaded.key());
        revision = at.main();
        sub = at.sub() + 1;
        StoredVersion live = latest == null || latest.tombstone() ? null : latest;
        if (loaded.tombstone()) {
            write(loaded, new Change(at, Change.Kind.DELETE, live == null ? null : live.revision(), loaded.key()));
            events.add(Event.delete(loaded.key(), at.main(), live == null ? null : previous(live, at)));
        } else {
            Change.Kind kind = loaded.version() == 1 ? Change.Kind.CREATE : Change.Kind.UPDATE;
            boolean supersedes =
                    live != null || (latest != null && latest.revision().main() == at.main());
            write(loaded, new Change(at, kind, supersedes && latest != null ? latest.revision() : null, loaded.key()));
            boolean createdJustNow = loaded.createRevision() == at.main();
            events.add(new Event(
                    Event.Type.PUT, loaded.toKeyValue(), live == null || createdJustNow ? null : previous(live, at)));
        }
        return live == null ? null : live.toKeyValue();
    }

    @Override
    public void loadNothing(long emptyRevision) {
        if (!hasHistory(emptyRevision)) {
            Change gap = new Change(new Revision(emptyRevision, 0), Change.Kind.GAP, null, Bytes.EMPTY);
            store.put(Schema.HISTORY, gap.tableKey(), gap.encode());
            revision = Math.max(revision, emptyRevision);
        }
    }

    private boolean hasHistory(long main) {
        byte[] start = Change.tableKey(main, 0);
        try (Cursor history = store.cursor(Schema.HISTORY, start, Change.tableKey(main + 1, 0))) {
            history.seek(start);
            return history.isValid();
        }
    }

    @Override
    public @Nullable ErrorCode compact(long compactTo) {
        if (compactTo <= compactRevision) {
            return ErrorCode.COMPACTED;
        }
        if (compactTo > revision) {
            return ErrorCode.FUTURE_REVISION;
        }
        compactRevision = compactTo;
        store.put(
                Schema.MVCC,
                COMPACTED_KEY,
                ByteBuffer.allocate(Long.BYTES).putLong(compactTo).array());
        return null;
    }

    @Override
    public List<Event> endMutation() {
        List<Event> ended = events;
        events = new ArrayList<>();
        sub = 0;
        return ended;
    }

    @Override
    public Outcome range(RangeQuery query) {
        long at = query.revision() <= 0 ? revision : query.revision();
        if (at > revision) {
            return new Outcome.Refused(ErrorCode.FUTURE_REVISION);
        }
        if (at < compactRevision) {
            return new Outcome.Refused(ErrorCode.COMPACTED);
        }
        if (query.range().isSingle()) {
            Bytes key = query.range().from();
            return RangeRead.single(query, revision, at == revision ? newest(key) : KvReads.newest(store, key, at));
        }
        if (query.range().isEmpty()) {
            return new Outcome.Ranged(revision, List.of(), false, 0);
        }
        try (RangeRead read = new RangeRead(store, query, at, revision, span(query.range()))) {
            List<KeyValue> kvs = new ArrayList<>();
            Outcome.Ranged rest = read.answer(kvs::add);
            return new Outcome.Ranged(rest.revision(), kvs, rest.more(), rest.count());
        }
    }

    @Override
    public @Nullable KeyValue get(Bytes key) {
        StoredVersion version = newest(key);
        return version == null || version.tombstone() ? null : version.toKeyValue();
    }

    @Override
    public void scan(KeyRange range, Predicate<KeyValue> visitor) {
        if (!range.isEmpty()) {
            KvReads.scan(store, range, Long.MAX_VALUE, version -> visitor.test(version.toKeyValue()));
        }
    }

    /** The newest version of a key, this log entry's changes included; it may be a tombstone. */
    private @Nullable StoredVersion newest(Bytes key) {
        StoredVersion version = written.get(key);
        if (version == null) {
            version = newest.get(key);
        }
        return version != null
                ? version
                : found.computeIfAbsent(
                                key, sought -> Optional.ofNullable(KvReads.newest(store, sought, Long.MAX_VALUE)))
                        .orElse(null);
    }

    private Revision nextChange() {
        if (sub == 0) {
            revision++;
        }
        return new Revision(revision, sub++);
    }

    private void write(StoredVersion version, Change change) {
        store.put(Schema.KV, KvKey.of(version.key(), version.revision()), version.encode());
        store.put(Schema.HISTORY, change.tableKey(), change.encode());
        written.put(version.key(), version);
        if (change.keys() != 0) {
            arrivals.merge(change.key(), change.keys(), Integer::sum);
        }
    }

    /** What a watcher is told that the change replaced: the key as it was before the whole revision. */
    private @Nullable KeyValue previous(StoredVersion replaced, Revision at) {
        if (replaced.revision().main() == at.main()) {
            return KvReads.find(store, replaced.key(), at.main() - 1);
        }
        return replaced.tombstone() ? null : replaced.toKeyValue();
    }

    private CountedKeys.Span span(KeyRange range) {
        CountedKeys.Span span = counted.span(range);
        if (span.from() == null) {
            return span;
        }
        long count = span.count();
        for (int arrival : (span.to() == null
                        ? arrivals.tailMap(span.from(), true)
                        : arrivals.subMap(span.from(), span.to()))
                .values()) {
            count += arrival;
        }
        return new CountedKeys.Span(span.from(), span.to(), count);
    }
}
