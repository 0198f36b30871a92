package dev.mainstay.node.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RestsTest {

    private final AtomicLong now = new AtomicLong(5_000_000_000L);
    private final List<Long> rests = new ArrayList<>();
    private boolean unwanted;
    private final Rests tested = new Rests(() -> unwanted, now::get, nanos -> {
        rests.add(nanos);
        now.addAndGet(nanos);
    });

    private boolean askedAfter(long nanos) {
        now.addAndGet(nanos);
        return tested.getAsBoolean();
    }

    @Test
    void restsAsLongAsItWorked() {
        assertThat(askedAfter(2_000_000)).isFalse();
        assertThat(askedAfter(3_000_000)).isFalse();

        assertThat(rests).containsExactly(2_000_000L, 3_000_000L);
    }

    @Test
    void shortWorkAddsUp() {
        assertThat(askedAfter(600_000)).isFalse();
        assertThat(rests).isEmpty();
        assertThat(askedAfter(600_000)).isFalse();

        assertThat(rests).containsExactly(1_200_000L);
    }

    @Test
    void whatWasHeldUpItselfDoesNotRestForLong() {
        assertThat(askedAfter(7_000_000_000L)).isFalse();

        assertThat(rests).containsExactly(10_000_000L);
    }

    @Test
    void nobodyWaitsForWhatIsNotWanted() {
        unwanted = true;

        assertThat(askedAfter(2_000_000)).isTrue();
        assertThat(rests).isEmpty();
    }
}
