package dev.mainstay.node.observability;

import dev.mainstay.node.leader.CompactionMeter;
import dev.mainstay.node.mvcc.Compactor;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * Compaction under etcd's names. etcd holds its writers up for a pause in its index and one in its store; ours is done in
 * steps that hold nobody up, whose times stand for the second, and it has no index.
 */
public final class CompactionMeters implements CompactionMeter {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MILLIS_PER_SECOND = 1e3;

    private final Compactor compactor;
    private final AtomicLong lastMillis = new AtomicLong();
    private final DistributionSummary pause;
    private final DistributionSummary total;
    private double spentMillis;

    /** Registers the series of this compactor. */
    public CompactionMeters(MeterRegistry registry, Compactor compactor) {
        this.compactor = compactor;
        FunctionCounter.builder("etcd_debugging_mvcc_db_compaction_keys_total", compactor, Compactor::removedVersions)
                .description("Total number of db keys compacted.")
                .register(registry);
        Gauge.builder("etcd_debugging_mvcc_db_compaction_last", lastMillis, at -> at.get() / MILLIS_PER_SECOND)
                .description("The unix time of the last db compaction. Resets to 0 on start.")
                .register(registry);
        pause = histogram(
                registry,
                "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
                "Bucketed histogram of db compaction pause duration.",
                Exponential.bounds(1, 13));
        total = histogram(
                registry,
                "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
                "Bucketed histogram of db compaction total duration.",
                Exponential.bounds(100, 14));
        histogram(
                registry,
                "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
                "Bucketed histogram of index compaction pause duration.",
                Exponential.bounds(0.5, 14));
    }

    private static DistributionSummary histogram(MeterRegistry registry, String name, String help, double[] bounds) {
        return DistributionSummary.builder(name)
                .description(help)
                .serviceLevelObjectives(bounds)
                .register(registry);
    }

    @Override
    public synchronized boolean take(BooleanSupplier step) {
        long doneBefore = compactor.doneRevision();
        long start = System.nanoTime();
        boolean more = step.getAsBoolean();
        double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
        boolean finished = compactor.doneRevision() != doneBefore;
        if (more || finished) {
            pause.record(millis);
            spentMillis += millis;
        }
        if (finished) {
            total.record(spentMillis);
            spentMillis = 0;
            lastMillis.set(System.currentTimeMillis());
        }
        return more;
    }
}
