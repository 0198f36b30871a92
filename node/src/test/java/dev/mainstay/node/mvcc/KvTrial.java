package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Does the same random things to a store and to the model and compares every answer. */
final class KvTrial {

    private final RandomGenerator random;
    private final List<RevisionEvents> live = new ArrayList<>();
    private Store store;
    private KvStore kv;
    private KvModel model = new KvModel();
    private KvModel durable = new KvModel();
    private int cases;

    KvTrial(long seed, Store store) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.store = store;
        this.kv = KvStore.open(store);
    }

    int cases() {
        return cases;
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> logEntry();
                case 4 -> kv.compactor().step(1 + random.nextInt(6));
                case 5 -> historyIsTheModels();
                default -> compareRange(kv, query());
            }
            cases++;
        }
        if (random.nextInt(8) == 0) {
            kv.saveCounts();
        }
        removalFinishesExactly();
    }

    void flush() {
        store.flush();
        durable = new KvModel(model);
    }

    /** Goes on with what a crash left. */
    void reopenedAs(Store reopened, boolean lostUnflushed) {
        store = reopened;
        kv = KvStore.open(reopened);
        if (lostUnflushed) {
            model = new KvModel(durable);
            live.removeIf(revision -> revision.revision() > model.revision);
        }
        assertThat(kv.revision()).isEqualTo(model.revision);
        assertThat(kv.compactRevision()).isEqualTo(model.compactRevision);
    }

    private void logEntry() {
        try (StoreTransaction changes = store.begin()) {
            KvWriter writer = kv.writer(changes);
            for (int commands = 1 + random.nextInt(4); commands > 0; commands--) {
                mutation(writer);
            }
            store.write(changes);
            kv.publish(writer);
        }
        assertThat(kv.revision()).isEqualTo(model.revision);
    }

    private void mutation(KvWriter writer) {
        boolean first = true;
        int changed = 0;
        for (int steps = random.nextInt(10) == 0 ? 6 : 1; steps > 0; steps--) {
            int before = changed;
            switch (random.nextInt(9)) {
                case 0 -> {
                    KeyRange range = range();
                    var gone = model.delete(range, first);
                    changed += gone.size();
                    assertThat(writer.deleteRange(range)).isEqualTo(gone);
                }
                case 1 -> {
                    Bytes key = key();
                    var gone = model.delete(KeyRange.single(key), first);
                    changed += gone.size();
                    assertThat(writer.delete(key)).isEqualTo(gone.isEmpty() ? null : gone.getFirst());
                }
                case 2 -> compareRange(writer, query());
                case 3 -> {
                    if (first && random.nextInt(3) == 0) {
                        long to = random.nextLong(-1, model.revision + 2);
                        ErrorCode expected = model.compact(to);
                        assertThat(writer.compact(to)).isEqualTo(expected);
                    }
                }
                default -> {
                    Bytes key = key();
                    Bytes value = Bytes.wrap(new byte[] {(byte) random.nextInt(5), 0});
                    long lease = random.nextInt(4) == 0 ? random.nextLong() : 0;
                    var old = model.put(key, value, lease, first);
                    changed++;
                    assertThat(writer.put(key, value, lease)).isEqualTo(old);
                }
            }
            first &= changed == before;
            cases++;
        }
        List<Event> events = writer.endMutation();
        assertThat(events).hasSize(changed);
        assertThat(writer.revision()).isEqualTo(model.revision);
        if (!events.isEmpty()) {
            live.add(new RevisionEvents(model.revision, events));
        }
    }

    private void compareRange(KvView view, RangeQuery query) {
        assertThat(view.range(query)).as("%s", query).isEqualTo(model.range(query));
    }

    private void historyIsTheModels() {
        long from = random.nextLong(1, model.revision + 3);
        if (from < model.compactRevision) {
            assertThat(kv.history(from, 5, 1000)).isEqualTo(new HistoryRead.Compacted(model.compactRevision));
            return;
        }
        int max = 1 + random.nextInt(8);
        long maxBytes = random.nextBoolean() ? Long.MAX_VALUE : random.nextInt(30);
        HistoryRead.Revisions read = (HistoryRead.Revisions) kv.history(from, max, maxBytes);
        List<RevisionEvents> expected = new ArrayList<>();
        long bytes = 0;
        for (RevisionEvents revision : model.history(from)) {
            if (expected.size() == max || bytes >= maxBytes) {
                break;
            }
            expected.add(revision);
            bytes += bytes(revision);
        }
        assertThat(read.revisions()).isEqualTo(expected);
        assertThat(read.nextRevision())
                .isEqualTo(expected.isEmpty() ? from : expected.getLast().revision() + 1);
        for (RevisionEvents revision : expected) {
            if (revision.revision() > model.compactRevision) {
                assertThat(live).contains(revision);
            }
        }
    }

    private static long bytes(RevisionEvents revision) {
        long bytes = 0;
        for (Event event : revision.events()) {
            KeyValue previous = event.previous();
            bytes += event.kv().key().length() + event.kv().value().length();
            bytes += previous == null
                    ? 0
                    : previous.key().length() + previous.value().length();
        }
        return bytes;
    }

    /** Removing what was compacted changes no hash and leaves exactly what the contract keeps. */
    private void removalFinishesExactly() {
        HashRead before = kv.hash(0);
        int steps = 0;
        while (kv.compactor().step(7)) {
            assertThat(steps++).isLessThan(100_000);
        }
        assertThat(kv.hash(0)).isEqualTo(before);
        assertThat(kv.compactor().doneRevision()).isEqualTo(model.compactRevision);
        int versions = 0;
        try (var cursor = store.cursor(Schema.KV, null, null)) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                versions++;
            }
        }
        assertThat(versions).isEqualTo(model.versionsKept());
    }

    @SuppressWarnings("EnumOrdinal") // any of them will do
    private RangeQuery query() {
        boolean filtered = random.nextInt(4) == 0;
        return new RangeQuery(
                random.nextInt(3) == 0 ? KeyRange.single(key()) : range(),
                random.nextInt(3) == 0 ? 0 : random.nextInt(-1, 8),
                random.nextInt(2) == 0 ? random.nextLong(-2, 1) : random.nextLong(1, model.revision + 2),
                RangeQuery.SortOrder.values()[random.nextInt(3)],
                RangeQuery.SortTarget.values()[random.nextInt(2) == 0 ? 0 : random.nextInt(5)],
                random.nextInt(5) == 0,
                random.nextInt(6) == 0,
                filtered ? random.nextLong(0, model.revision + 2) : 0,
                filtered ? random.nextLong(0, model.revision + 2) : 0,
                filtered ? random.nextLong(0, model.revision + 2) : 0,
                filtered ? random.nextLong(0, model.revision + 2) : 0);
    }

    private KeyRange range() {
        return switch (random.nextInt(4)) {
            case 0 -> KeyRange.of(key(), Bytes.wrap(new byte[] {0}));
            case 1 -> KeyRange.all();
            default -> new KeyRange(key(), key());
        };
    }

    private Bytes key() {
        byte[] alphabet = {0, 1, 'a', (byte) 0xff};
        byte[] key = new byte[1 + random.nextInt(3)];
        for (int i = 0; i < key.length; i++) {
            key[i] = alphabet[random.nextInt(random.nextInt(2) == 0 ? 2 : 4)];
        }
        return Bytes.wrap(key);
    }
}
