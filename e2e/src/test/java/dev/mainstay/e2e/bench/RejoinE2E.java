package dev.mainstay.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.bench.Rejoin.Plan;
import dev.mainstay.e2e.bench.Rejoin.Result;
import dev.mainstay.e2e.bench.Rejoin.Way;
import dev.mainstay.e2e.server.Program;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same as {@link RejoinBench}, with fewer keys and a log that is cut sooner. */
@Tag("cluster")
class RejoinE2E {
    /** The heap's limit, and as much again for the store, the log's buffers and the runtime. */
    private static final long MOST_BYTES = 1_024L << 20;

    private static final Plan PLAN = new Plan(
            Program.MAINSTAY,
            20_000,
            1_024,
            64L << 20,
            200,
            2,
            List.of("--snapshot-count=50", "--snapshot-catchup-entries=50"));

    @Test
    void memberThatNeedsTheWholeStateGetsItUnderConstantWrites(@TempDir Path dir) throws InterruptedException {
        try (Rejoin rejoin = Rejoin.begin(PLAN, dir)) {
            for (Way way : Way.values()) {
                Result result = rejoin.bringBack(way);

                System.out.printf(
                        Locale.ROOT,
                        "rejoin: %s, back after %.1f s, peaks %d and %d MiB, put p99 %.1f ms%n",
                        way.title(),
                        result.seconds(),
                        result.senderPeakBytes() >> 20,
                        result.receiverPeakBytes() >> 20,
                        result.during().getValueAtPercentile(99) / 1e6);
                assertThat(result.received())
                        .as("snapshots received when %s", way.title())
                        .isPositive();
                assertThat(result.senderPeakBytes()).isLessThan(MOST_BYTES);
                assertThat(result.receiverPeakBytes()).isLessThan(MOST_BYTES);
                assertThat(result.during().getTotalCount())
                        .as("writes meanwhile")
                        .isPositive();
            }
        }
    }
}
