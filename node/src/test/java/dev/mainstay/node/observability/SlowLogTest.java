package dev.mainstay.node.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SlowLogTest {

    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND / 2);
    private final List<Map<String, Object>> lines = new ArrayList<>();

    @Test
    void oneLineASecondSaysHowManyWereLeftOut() {
        SlowLog log = new SlowLog(SECOND / 10, clock::get, lines::add);

        log.warn("a", SECOND / 5);
        log.warn("b", SECOND / 5);
        log.warn("c", SECOND / 5);
        clock.addAndGet(SECOND);
        log.warn("d", SECOND);

        assertThat(lines)
                .containsExactly(
                        Map.of("what", "a", "took", "200.0ms", "threshold", "100.0ms"),
                        Map.of("what", "d", "took", "1000.0ms", "threshold", "100.0ms", "unreported", 2L));
    }

    @Test
    void traceIsNamedIfThereIsOne() {
        SlowLog log = new SlowLog(SECOND / 10, clock::get, lines::add);

        log.warn("a", SECOND / 5, "4bf92f3577b34da6a3ce929d0e0e4736");

        assertThat(lines)
                .containsExactly(Map.of(
                        "what",
                        "a",
                        "took",
                        "200.0ms",
                        "threshold",
                        "100.0ms",
                        "trace-id",
                        "4bf92f3577b34da6a3ce929d0e0e4736"));
    }

    @Test
    void onlyWhatTakesLongerThanTheThresholdIsSlow() {
        SlowLog log = new SlowLog(SECOND, clock::get, lines::add);

        assertThat(log.isSlow(SECOND)).isFalse();
        assertThat(log.isSlow(SECOND + 1)).isTrue();
        assertThat(new SlowLog(0, clock::get, lines::add).isSlow(SECOND)).isFalse();
    }
}
