package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.storage.CountingStore;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import org.junit.jupiter.api.Test;

/** What a compaction asks of the store; the point is what it does not depend on. */
class CompactionCostTest {

    private static final int CHANGED = 300;
    private static final int STEP = 50;

    private final CountingStore store = new CountingStore(new MemoryStore());
    private final KvStore kv = KvStore.open(store);

    private record Cost(long reads, long changes) {}

    @Test
    void compactionCostsWhatChangedHoweverLargeTheDatabase() {
        Cost small = costOfCompactingChangesAmong(1_000);
        Cost large = costOfCompactingChangesAmong(20_000);

        assertThat(large).isEqualTo(small);
        int steps = CHANGED / STEP + 1;
        assertThat(small.reads).isBetween((long) CHANGED, CHANGED + 4L * steps);
        assertThat(small.changes).isBetween((long) CHANGED, CHANGED + 4L * steps);
    }

    @Test
    void compactionInChunksCostsAsMuchAsAtOnce() {
        put(0, 500);
        removeUpTo(kv.revision());
        put(0, CHANGED);
        long middle = kv.revision() - CHANGED / 2;

        Cost first = removeUpTo(middle);
        Cost second = removeUpTo(kv.revision());

        assertThat(first.reads + second.reads).isLessThan(CHANGED + 10L * (CHANGED / STEP + 2));
    }

    @Test
    void compactionThatFindsNothingCostsNextToNothing() {
        put(0, 10_000);
        removeUpTo(kv.revision());
        store.takeReads();

        assertThat(kv.compactor().step(STEP)).isFalse();

        assertThat(store.takeReads()).isZero();
        assertThat(store.takeChanges()).isZero();
    }

    @Test
    void pointReadCostsOneLookHoweverManyVersions() {
        put(0, 1);
        for (int i = 0; i < 1_000; i++) {
            put(0, 1);
        }
        KvStore restarted = KvStore.open(store);
        store.takeReads();

        assertThat(restarted.get(key(0))).isNotNull();
        assertThat(store.takeReads()).isEqualTo(1);

        assertThat(kv.get(key(0))).isNotNull();
        assertThat(store.takeReads()).as("of what was written just now").isZero();
    }

    private Cost costOfCompactingChangesAmong(int keys) {
        put(0, keys);
        removeUpTo(kv.revision());
        kv.saveCounts();
        put(keys / 2, CHANGED);
        store.takeReads();
        store.takeChanges();
        return removeUpTo(kv.revision());
    }

    private Cost removeUpTo(long revision) {
        try (StoreTransaction changes = store.begin()) {
            KvWriter writer = kv.writer(changes);
            assertThat(writer.compact(revision)).isNull();
            store.write(changes);
            kv.publish(writer);
        }
        store.takeReads();
        store.takeChanges();
        while (kv.compactor().step(STEP)) {
            assertThat(kv.compactor().doneRevision()).isLessThan(revision);
        }
        assertThat(kv.compactor().doneRevision()).isEqualTo(revision);
        return new Cost(store.takeReads(), store.takeChanges());
    }

    /** One revision per key. */
    private void put(int first, int count) {
        try (StoreTransaction changes = store.begin()) {
            KvWriter writer = kv.writer(changes);
            for (int i = first; i < first + count; i++) {
                writer.put(key(i), Bytes.EMPTY, 0);
                writer.endMutation();
            }
            store.write(changes);
            kv.publish(writer);
        }
    }

    private static Bytes key(int number) {
        return Bytes.utf8("key/%06d".formatted(number));
    }
}
