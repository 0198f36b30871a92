package dev.mainstay.e2e.history;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * The simplest thing that behaves like the store: a sorted map. It says which events a write must cause, and takes them
 * over. One thread.
 */
final class KeySpace {
    static final Comparator<ByteString> KEY_ORDER = ByteString.unsignedLexicographicalComparator();

    private final TreeMap<ByteString, KeyValue> pairs = new TreeMap<>(KEY_ORDER);

    /** Applies the write at this revision and returns the events it must cause; none if it changes nothing. */
    List<Event> apply(Write write, long revision) {
        List<Event> events = new ArrayList<>();
        for (Write.Change change : write.changes()) {
            switch (change) {
                case Write.Put put -> events.add(put(put, revision));
                case Write.Delete delete -> {
                    if (pairs.remove(delete.key()) != null) {
                        events.add(deletion(delete.key(), revision));
                    }
                }
                case Write.Revoke revoke -> {
                    for (ByteString key : attached(revoke.lease())) {
                        pairs.remove(key);
                        events.add(deletion(key, revision));
                    }
                }
            }
        }
        return events;
    }

    /** Every pair, in key order. */
    List<KeyValue> pairs() {
        return List.copyOf(pairs.values());
    }

    /** The keys attached to a lease, in key order. */
    List<ByteString> attached(long lease) {
        return pairs.values().stream()
                .filter(pair -> pair.getLease() == lease)
                .map(KeyValue::getKey)
                .toList();
    }

    private Event put(Write.Put put, long revision) {
        KeyValue before = pairs.get(put.key());
        KeyValue after = KeyValue.newBuilder()
                .setKey(put.key())
                .setValue(put.value())
                .setLease(put.lease())
                .setModRevision(revision)
                .setCreateRevision(before == null ? revision : before.getCreateRevision())
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .build();
        pairs.put(put.key(), after);
        return Event.newBuilder().setKv(after).build();
    }

    private static Event deletion(ByteString key, long revision) {
        return Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder().setKey(key).setModRevision(revision))
                .build();
    }
}
