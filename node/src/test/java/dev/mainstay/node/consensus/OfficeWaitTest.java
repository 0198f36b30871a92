package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OfficeWaitTest {

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final OfficeWait office = new OfficeWait(tasks::add);

    @Test
    void thoseWhoWaitGoOnElsewhereOnceItIsSettled() {
        CompletableFuture<Void> first = office.settled();
        CompletableFuture<Void> second = office.settled();
        assertThat(office.waiting()).isEqualTo(2);

        office.settle();
        assertThat(first).isNotDone();
        assertThat(office.waiting()).isZero();
        tasks.remove().run();

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(office.settled()).isNotDone();
    }

    @Test
    void nothingIsDoneForNobody() {
        office.settle();

        assertThat(tasks).isEmpty();
    }

    @Test
    void noMoreWaitThanThereIsRoomFor() {
        for (int i = 0; i < 128; i++) {
            assertThat(office.settled()).isNotDone();
        }

        assertThat(office.settled()).isCompletedExceptionally();
    }
}
