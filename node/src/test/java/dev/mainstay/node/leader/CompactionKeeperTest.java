package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.mvcc.KvWriter;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.StoreTransaction;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CompactionKeeperTest {

    private static final CompactionPace PACE = new CompactionPace(10, 10);

    private final HandMovedTime time = new HandMovedTime();
    private final MemoryStore store = new MemoryStore();
    private KvStore kv = KvStore.open(store);

    @Test
    void waiterIsServedAfterItsRevisionAndNotBefore() {
        CompactionKeeper keeper = keeper();
        put(100);
        compact(51);

        CompletableFuture<Void> done = keeper.whenDone(51);
        time.advance(40);
        assertThat(done).isNotDone();
        time.advance(40);

        assertThat(done).isCompleted();
        assertThat(kv.compactor().doneRevision()).isEqualTo(51);
    }

    @Test
    void compactionThatNobodyWaitsForIsBegunWithinASecond() {
        CompactionKeeper keeper = keeper();
        put(30);
        compact(31);

        time.advance(1_100);

        assertThat(kv.compactor().doneRevision()).isEqualTo(31);
        keeper.close();
    }

    @Test
    void everyWaiterIsServedWhenItsOwnRevisionIsDone() {
        CompactionKeeper keeper = keeper();
        put(300);
        compact(20);
        CompletableFuture<Void> early = keeper.whenDone(20);
        CompletableFuture<Void> again = keeper.whenDone(20);
        time.advance(50);
        compact(280);
        CompletableFuture<Void> late = keeper.whenDone(280);

        time.advance(50);
        assertThat(early).isCompleted();
        assertThat(again).isCompleted();
        assertThat(late).isNotDone();
        time.advance(400);

        assertThat(late).isCompleted();
    }

    @Test
    void waitForWhatIsDoneAlreadyEnds() {
        CompactionKeeper keeper = keeper();
        put(10);
        compact(5);
        time.advance(2_000);

        CompletableFuture<Void> done = keeper.whenDone(5);
        time.advance(10);

        assertThat(done).isCompleted();
    }

    @Test
    void interruptedRemovalGoesOnAfterARestart() {
        CompactionKeeper first = keeper();
        put(100);
        compact(90);
        CompletableFuture<Void> cut = first.whenDone(90);
        time.advance(30);
        first.close();
        assertThat(cut).isCancelled();
        store.flush();
        store.crash();
        kv = KvStore.open(store);

        keeper();
        time.advance(1_000 + 200);

        assertThat(kv.compactor().doneRevision()).isEqualTo(90);
    }

    @Test
    void closedKeeperCancelsAndDoesNothingMore() {
        CompactionKeeper keeper = keeper();
        put(10);
        compact(5);
        keeper.close();

        assertThat(keeper.whenDone(5)).isCancelled();
        time.advance(5_000);

        assertThat(kv.compactor().doneRevision()).isEqualTo(-1);
    }

    private CompactionKeeper keeper() {
        return new CompactionKeeper(kv.compactor(), PACE, time, CompactionMeter.NONE);
    }

    private void put(int count) {
        try (StoreTransaction changes = store.begin()) {
            KvWriter writer = kv.writer(changes);
            for (int i = 0; i < count; i++) {
                writer.put(Bytes.utf8("key" + i % 7), Bytes.EMPTY, 0);
                assertThat(writer.endMutation()).hasSize(1);
            }
            store.write(changes);
            kv.publish(writer);
        }
    }

    private void compact(long revision) {
        try (StoreTransaction changes = store.begin()) {
            KvWriter writer = kv.writer(changes);
            assertThat(writer.compact(revision)).isNull();
            store.write(changes);
            kv.publish(writer);
        }
    }
}
