package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {

    @Test
    void askingDuringATurnHasAnotherFollowOnTheSameThread() {
        List<Integer> left = new ArrayList<>(List.of(3, 2, 1));
        List<Integer> depths = new ArrayList<>();
        AtomicInteger depth = new AtomicInteger();
        Turns[] turns = new Turns[1];
        turns[0] = new Turns(() -> {
            depths.add(depth.incrementAndGet());
            if (!left.isEmpty()) {
                left.removeFirst();
                turns[0].ask();
            }
            depth.decrementAndGet();
        });

        turns[0].ask();

        assertThat(depths).containsExactly(1, 1, 1, 1);
    }

    /** What was done before the question is seen by a run that follows it, whoever runs, and two never run at once. */
    @Test
    void nothingThatWasDoneBeforeAskingIsMissed() throws Exception {
        int askers = 4;
        int each = 50_000;
        AtomicInteger posted = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        AtomicBoolean running = new AtomicBoolean();
        AtomicInteger overlaps = new AtomicInteger();
        Turns turns = new Turns(() -> {
            if (!running.compareAndSet(false, true)) {
                overlaps.incrementAndGet();
            }
            seen.set(posted.get());
            running.set(false);
        });
        CountDownLatch done = new CountDownLatch(askers);
        for (int i = 0; i < askers; i++) {
            Thread.ofPlatform().start(() -> {
                for (int n = 0; n < each; n++) {
                    posted.incrementAndGet();
                    turns.ask();
                }
                done.countDown();
            });
        }

        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(seen).hasValue(askers * each);
        assertThat(overlaps).hasValue(0);
    }

    @Test
    void failureReachesWhoeverRanItAndTheNextQuestionIsAnswered() {
        AtomicInteger runs = new AtomicInteger();
        Turns turns = new Turns(() -> {
            if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("first");
            }
        });

        assertThatThrownBy(turns::ask).hasMessage("first");
        turns.ask();

        assertThat(runs).hasValue(2);
    }
}
