package dev.mainstay.node.snapshot;

import dev.mainstay.node.membership.MemberId;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says every few seconds how far a fetch is. One thread. */
final class FetchProgress {

    private static final Logger LOG = LoggerFactory.getLogger(FetchProgress.class);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final double BYTES_PER_MB = 1e6;

    private final long sender;
    private final LongSupplier nanoClock;
    private long saidAt;
    private long saidBytes;
    private long bytes;

    FetchProgress(long sender, LongSupplier nanoClock) {
        this.sender = sender;
        this.nanoClock = nanoClock;
        this.saidAt = nanoClock.getAsLong();
    }

    /** Counts what came in, out of so much, and what of it there was before. */
    void add(int more, long had, long total) {
        bytes += more;
        long now = nanoClock.getAsLong();
        if (now - saidAt >= EVERY_NANOS) {
            LOG.info(
                    "snapshot from member {}: {} % of {} MB, {} MB/s",
                    MemberId.hex(sender),
                    total == 0 ? 100 : 100 * had / total,
                    mb(total),
                    String.format(Locale.ROOT, "%.1f", (bytes - saidBytes) * 1e3 / (now - saidAt)));
            saidAt = now;
            saidBytes = bytes;
        }
    }

    /** What came in since the beginning, whether it was of use in the end or not. */
    long bytes() {
        return bytes;
    }

    static String mb(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / BYTES_PER_MB);
    }
}
