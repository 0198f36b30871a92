package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers on threads of their own while keys change and history is removed under them. The state at each revision follows
 * from its number alone: revision r rewrote, created or deleted key r mod KEYS, so every answer can be checked.
 */
@Timeout(120)
class RacingReadersTest {

    private static final int KEYS = 60;
    private static final int READERS = 4;
    private static final int KEPT_REVISIONS = 40;

    @TempDir
    Path directory;

    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong compacted = new AtomicLong();
    private volatile boolean over;

    @Test
    void everyReadIsRightOrRefusedAsCompacted() throws Exception {
        race(new MemoryStore(), 4_000);
    }

    @Test
    void everyReadIsRightOrRefusedAsCompactedOnDisk() throws Exception {
        try (RocksStore store = RocksStore.open(directory, Schema.tables(), RocksSettings.small(), fault -> {})) {
            race(store, 6_000);
        }
    }

    private void race(Store store, int revisions) throws Exception {
        KvStore kv = KvStore.open(store);
        long last = 1L + revisions;
        List<Callable<Boolean>> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            Random random = new Random(i);
            readers.add(() -> {
                do {
                    read(kv, random);
                } while (!over);
                return true;
            });
        }
        readers.add(() -> {
            while (!over) {
                if (!kv.compactor().step(7)) {
                    LockSupport.parkNanos(100_000);
                }
            }
            return true;
        });
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
            List<Future<Boolean>> running =
                    readers.stream().map(threads::submit).toList();
            try {
                write(store, kv, last, running);
            } finally {
                over = true;
            }
            for (Future<Boolean> reader : running) {
                assertThat(reader.get()).isTrue();
            }
        }
        System.out.println("answered " + answered + ", refused as compacted " + compacted);
        assertThat(answered).hasPositiveValue();
    }

    /** Writes until the last revision, or until a reader has failed. */
    private static void write(Store store, KvStore kv, long last, List<Future<Boolean>> readers) {
        for (long revision = 2; revision <= last; revision++) {
            try (StoreTransaction changes = store.begin()) {
                KvWriter writer = kv.writer(changes);
                if (existsAt(revision - 1, key(revision)) && deletes(revision)) {
                    assertThat(writer.delete(key(revision))).isNotNull();
                } else {
                    writer.put(key(revision), value(revision), 0);
                }
                writer.endMutation();
                if (revision % 16 == 0 && revision > KEPT_REVISIONS) {
                    assertThat(writer.compact(revision - KEPT_REVISIONS)).isNull();
                }
                store.write(changes);
                kv.publish(writer);
            }
            if (revision % 64 == 0 && readers.stream().anyMatch(Future::isDone)) {
                return;
            }
        }
    }

    private void read(KvStore kv, Random random) {
        long newest = kv.revision();
        long at = random.nextInt(3) == 0 ? 0 : Math.max(1, newest - random.nextInt(KEPT_REVISIONS * 2));
        switch (random.nextInt(4)) {
            case 0 -> range(kv, KeyRange.single(key(random.nextInt(KEYS))), at, false);
            case 1 -> range(kv, KeyRange.all(), at, true);
            case 2 -> history(kv, Math.max(2, newest - random.nextInt(KEPT_REVISIONS * 2)));
            default -> range(kv, new KeyRange(key(random.nextInt(KEYS)), null), at, false);
        }
    }

    private void range(KvStore kv, KeyRange range, long revision, boolean countOnly) {
        RangeQuery query = new RangeQuery(
                range, 0, revision, RangeQuery.SortOrder.NONE, RangeQuery.SortTarget.KEY, false, countOnly, 0, 0, 0, 0);
        switch (kv.range(query)) {
            case Outcome.Ranged ranged -> {
                long at = revision == 0 ? ranged.revision() : revision;
                List<Bytes> expected = new ArrayList<>();
                for (int i = 0; i < KEYS; i++) {
                    Bytes key = key(i);
                    if (range.contains(key) && existsAt(at, key)) {
                        expected.add(key);
                    }
                }
                assertThat(ranged.count()).as("count at %d", at).isEqualTo(expected.size());
                if (!countOnly) {
                    assertThat(ranged.kvs())
                            .extracting(KeyValue::key)
                            .as("at %d", at)
                            .isEqualTo(expected);
                    assertThat(ranged.kvs()).allSatisfy(kv1 -> {
                        assertThat(kv1.modRevision()).isEqualTo(lastChange(at, kv1.key()));
                        assertThat(kv1.value()).isEqualTo(value(kv1.modRevision()));
                    });
                }
                answered.incrementAndGet();
            }
            case Outcome.Refused refused -> {
                assertThat(refused.code()).isEqualTo(ErrorCode.COMPACTED);
                assertThat(revision).isPositive().isLessThan(kv.compactRevision());
                compacted.incrementAndGet();
            }
            default -> throw new AssertionError("not an answer to a range");
        }
    }

    private void history(KvStore kv, long from) {
        switch (kv.history(from, 20, 300)) {
            case HistoryRead.Revisions read -> {
                long revision = from;
                for (RevisionEvents events : read.revisions()) {
                    assertThat(events.revision()).isEqualTo(revision);
                    assertThat(events.events()).hasSize(1);
                    Event event = events.events().getFirst();
                    assertThat(event.kv().key()).isEqualTo(key(revision));
                    assertThat(event.kv().modRevision()).isEqualTo(revision);
                    assertThat(event.type() == Event.Type.PUT).isEqualTo(existsAt(revision, key(revision)));
                    revision++;
                }
                answered.incrementAndGet();
            }
            case HistoryRead.Compacted refused -> {
                assertThat(from).isLessThan(refused.compactRevision());
                compacted.incrementAndGet();
            }
        }
    }

    /** Every third round of changes of a key deletes it. */
    private static boolean deletes(long revision) {
        return revision / KEYS % 3 == 2;
    }

    private static long lastChange(long at, Bytes key) {
        for (long revision = at; revision > at - KEYS && revision >= 2; revision--) {
            if (key(revision).equals(key)) {
                return revision;
            }
        }
        return 0;
    }

    private static boolean existsAt(long at, Bytes key) {
        long last = lastChange(at, key);
        return last != 0 && !(deletes(last) && lastChange(last - 1, key) != 0);
    }

    private static Bytes key(long revision) {
        return Bytes.utf8("key/%03d".formatted(revision % KEYS));
    }

    private static Bytes value(long revision) {
        return Bytes.utf8("value of " + revision);
    }
}
