package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ratis.retry.RetryPolicy;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconnectionTest {

    @TempDir
    Path directory;

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

    /** A leader looks after a follower that is down for as long as it is, and never slower than it beats. */
    @ParameterizedTest
    @ValueSource(ints = {6, 40, 1_100, 100_000_000})
    void followerThatIsDownIsTriedAtEachHeartbeat(int errors) {
        RaftSettings settings = RaftSettings.usual(directory, 1, 77, "127.0.0.1", 0);
        RetryPolicy policy = RetryPolicy.parse(
                RaftServerConfigKeys.Log.Appender.retryPolicy(RatisProperties.of(settings)), "policy");

        RetryPolicy.Action action = policy.handleAttemptFailure(() -> errors);

        assertThat(action.shouldRetry()).isTrue();
        assertThat(action.getSleepTime().toLong(TimeUnit.MILLISECONDS)).isBetween(50L, 150L);
    }
}
