package dev.mainstay.node.leader;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterClockTest {

    private final HandMovedTime time = new HandMovedTime();
    private long appliedMillis = 500;
    private final ClusterClock clock = new ClusterClock(time::nanos, () -> appliedMillis);

    @Test
    void followersClockIsThatOfTheLog() {
        time.advance(10_000);
        assertThat(clock.millis()).isEqualTo(500);

        appliedMillis = 700;

        assertThat(clock.millis()).isEqualTo(700);
    }

    @Test
    void leadersClockGoesOnFromTheLogWhateverIsAppliedMeanwhile() {
        time.advance(10_000);
        clock.lead();
        assertThat(clock.millis()).isEqualTo(500);

        time.advance(250);
        appliedMillis = 600;

        assertThat(clock.millis()).isEqualTo(750);
    }

    @Test
    void timeWithoutALeaderDoesNotCount() {
        clock.lead();
        time.advance(100);
        appliedMillis = 600;
        clock.follow();
        time.advance(60_000);
        assertThat(clock.millis()).isEqualTo(600);

        clock.lead();
        time.advance(1);

        assertThat(clock.millis()).isEqualTo(601);
    }
}
