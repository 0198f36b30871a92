package dev.mainstay.node.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.testing.Seeds;
import java.util.Random;
import java.util.TreeSet;

class CountedKeysTest {

    /** Thousands of keys coming and going, so that blocks are cut and merged; counts are of now and of a while ago. */
    @Seeds(6)
    void countsAreExactNowAndBefore(long seed) {
        Random random = new Random(seed);
        MemoryStore store = new MemoryStore();
        KvStore kv = KvStore.open(store);
        TreeSet<Bytes> model = new TreeSet<>();

        for (int round = 0; round < 24; round++) {
            TreeSet<Bytes> before = new TreeSet<>(model);
            long revisionBefore = kv.revision();
            try (StoreTransaction changes = store.begin()) {
                KvWriter writer = kv.writer(changes);
                boolean growing = round < 14;
                for (int i = 0; i < 900; i++) {
                    Bytes key = key(random);
                    if (growing == (random.nextInt(5) != 0)) {
                        writer.put(key, Bytes.EMPTY, 0);
                        model.add(key);
                    } else {
                        KeyRange range = new KeyRange(key, Bytes.utf8(key + "~"));
                        writer.deleteRange(range);
                        model.subSet(range.from(), Bytes.utf8(key + "~")).clear();
                    }
                    if (random.nextInt(20) == 0) {
                        writer.endMutation();
                    }
                }
                assertThat(count(writer, KeyRange.all(), 0)).isEqualTo(model.size());
                writer.endMutation();
                store.write(changes);
                kv.publish(writer);
            }
            if (round % 5 == 0) {
                kv.saveCounts();
            }
            if (round % 7 == 3) {
                kv = KvStore.open(store);
            }

            for (int i = 0; i < 20; i++) {
                KeyRange range = new KeyRange(key(random), random.nextInt(4) == 0 ? null : key(random));
                assertThat(count(kv, range, 0)).isEqualTo(size(model, range));
                assertThat(count(kv, range, revisionBefore)).isEqualTo(size(before, range));
            }
        }
    }

    private static long size(java.util.Set<Bytes> keys, KeyRange range) {
        return keys.stream().filter(range::contains).count();
    }

    private static long count(KvView view, KeyRange range, long revision) {
        RangeQuery query = new RangeQuery(
                range, 0, revision, RangeQuery.SortOrder.NONE, RangeQuery.SortTarget.KEY, false, true, 0, 0, 0, 0);
        return ((Outcome.Ranged) view.range(query)).count();
    }

    private static Bytes key(Random random) {
        return Bytes.utf8("key/%05d".formatted(random.nextInt(20_000)));
    }
}
