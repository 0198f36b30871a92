package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AttemptsTest {

    private static final long START = -7;

    private final Attempts attempts = new Attempts(100);

    @Test
    void firstAttemptWaitsForNothing() {
        assertThat(attempts.pauseMillis(START)).isZero();
    }

    @Test
    void firstFailuresAreTriedAgainAfterAMillisecond() {
        for (int failure = 1; failure <= 5; failure++) {
            long now = START + failure * TimeUnit.SECONDS.toNanos(1);
            attempts.failed(now);

            assertThat(attempts.pauseMillis(now)).isBetween(1L, 2L);
            assertThat(attempts.pauseMillis(now + TimeUnit.MILLISECONDS.toNanos(1)))
                    .isZero();
        }
    }

    @Test
    void lastingFailureIsTriedAgainAtEachHeartbeatForAsLongAsItLasts() {
        for (int failure = 1; failure <= 100_000; failure++) {
            attempts.failed(START + failure);
        }
        long now = START + 100_000;

        assertThat(attempts.pauseMillis(now)).isBetween(100L, 101L);
        assertThat(attempts.pauseMillis(now + TimeUnit.MILLISECONDS.toNanos(100)))
                .isZero();
    }

    @Test
    void successMakesTheNextFailureTheFirst() {
        for (int failure = 1; failure <= 50; failure++) {
            attempts.failed(START);
        }
        attempts.succeeded();

        attempts.failed(START);

        assertThat(attempts.pauseMillis(START)).isBetween(1L, 2L);
    }
}
