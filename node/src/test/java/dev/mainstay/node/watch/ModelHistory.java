package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A small store that remembers everything and answers history as a real one does. */
final class ModelHistory implements HistorySource {

    private final List<RevisionEvents> all = new ArrayList<>();
    private final TreeMap<Bytes, KeyValue> live = new TreeMap<>();
    private long compactRevision = -1;
    int reads;

    @Override
    public long revision() {
        return all.size() + 1L;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }

    void compact(long revision) {
        compactRevision = revision;
    }

    List<RevisionEvents> all() {
        return all;
    }

    /** One revision; a change is {@code key=value} or {@code key} for a deletion. */
    RevisionEvents write(String... changes) {
        long revision = revision() + 1;
        List<Event> events = new ArrayList<>();
        for (String change : changes) {
            int equals = change.indexOf('=');
            Bytes key = Bytes.utf8(equals < 0 ? change : change.substring(0, equals));
            @Nullable KeyValue before = live.get(key);
            if (equals < 0) {
                if (before != null) {
                    live.remove(key);
                    events.add(Event.delete(key, revision, before));
                }
            } else {
                long created = before == null ? revision : before.createRevision();
                long version = before == null ? 1 : before.version() + 1;
                KeyValue kv =
                        new KeyValue(key, created, revision, version, Bytes.utf8(change.substring(equals + 1)), 0);
                live.put(key, kv);
                events.add(new Event(Event.Type.PUT, kv, before));
            }
        }
        if (events.isEmpty()) {
            throw new IllegalArgumentException("nothing changed");
        }
        RevisionEvents written = new RevisionEvents(revision, events);
        all.add(written);
        return written;
    }

    @Override
    public History read(long fromRevision, int maxRevisions, long maxBytes) {
        reads++;
        if (fromRevision < compactRevision) {
            return new History.Compacted(compactRevision);
        }
        List<RevisionEvents> run = new ArrayList<>();
        long bytes = 0;
        for (long at = Math.max(2, fromRevision); at <= revision() && run.size() < maxRevisions; at++) {
            RevisionEvents next = all.get((int) at - 2);
            bytes += new SharedRevision(next).bytes();
            if (bytes > maxBytes && !run.isEmpty()) {
                break;
            }
            run.add(next);
        }
        return new History.Revisions(run);
    }
}
