package dev.mainstay.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.testing.Seeds;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AppliedBatchesTest {

    private final MemoryStore store = new MemoryStore();
    private AppliedBatches batches = AppliedBatches.open(store);

    @Test
    void batchCountsOnceInEachSession() {
        assertThat(first(1, 10, 1)).isTrue();
        assertThat(first(1, 10, 1)).isFalse();
        assertThat(first(2, 10, 1)).isTrue();
        assertThat(first(1, 11, 1)).isTrue();
        assertThat(first(1, 11, 1)).isFalse();
    }

    @Test
    void earlierSessionComesTooLate() {
        assertThat(first(1, 11, 1)).isTrue();
        assertThat(first(1, 10, 2)).isFalse();
        assertThat(first(1, 11, 2)).isTrue();
    }

    @Test
    void batchWithoutOriginAlwaysCounts() {
        try (StoreTransaction changes = store.begin()) {
            assertThat(batches.isFirst(changes, BatchOrigin.NONE)).isTrue();
            assertThat(batches.isFirst(changes, BatchOrigin.NONE)).isTrue();
        }
    }

    @Test
    void whatIsFarBehindCountsAsSeen() {
        assertThat(first(1, 10, 1_000)).isTrue();
        assertThat(first(1, 10, 1_000 - AppliedBatches.WINDOW)).isFalse();
        assertThat(first(1, 10, 1_000 - AppliedBatches.WINDOW + 1)).isTrue();
    }

    /** As an origin sends them: in any order within the window, each any number of times, with restarts of the state. */
    @Seeds(200)
    void agreesWithASetWithinTheWindow(long seed) {
        Random random = new Random(seed);
        Set<Long> seen = new HashSet<>();
        long newest = 1;
        for (int i = 0; i < 400; i++) {
            newest += random.nextInt(3);
            long sequence = Math.max(1, newest - random.nextInt(AppliedBatches.WINDOW / 2));
            assertThat(first(7, 1, sequence)).as("%d of %d", sequence, newest).isEqualTo(seen.add(sequence));
            if (random.nextInt(20) == 0) {
                batches = AppliedBatches.open(store);
            }
        }
    }

    private boolean first(long member, long session, long sequence) {
        try (StoreTransaction changes = store.begin()) {
            boolean first = batches.isFirst(changes, new BatchOrigin(member, session, sequence));
            store.write(changes);
            return first;
        }
    }
}
