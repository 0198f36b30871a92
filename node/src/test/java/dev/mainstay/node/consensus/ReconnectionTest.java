package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReconnectionTest {

    @Test
    void triesAtOnceAndThenFourTimesInAnElectionTimeout() {
        AtomicInteger tries = new AtomicInteger();
        var reconnection = new Reconnection(tries::incrementAndGet, 1_000);

        reconnection.tick(Long.MAX_VALUE - 1);
        assertThat(tries).hasValue(1);

        long since = Long.MAX_VALUE - 1;
        for (int millis = 1; millis <= 1_000; millis++) {
            reconnection.tick(since + TimeUnit.MILLISECONDS.toNanos(millis));
        }
        assertThat(tries).hasValue(5);
    }
}
