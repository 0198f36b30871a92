package dev.mainstay.node.observability;

import io.micrometer.core.instrument.AbstractTimer;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.NoopHistogram;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.util.TimeUtils;
import java.util.concurrent.TimeUnit;

/** A histogram of times with fixed buckets, for meters that others bind; ours are summaries in seconds. */
final class BucketTimer extends AbstractTimer {

    private final Buckets buckets;

    BucketTimer(Meter.Id id, Clock clock, DistributionStatisticConfig config, PauseDetector pauses) {
        super(id, clock, pauses, TimeUnit.SECONDS, NoopHistogram.INSTANCE);
        buckets = Buckets.of(config);
    }

    @Override
    protected void recordNonNegative(long amount, TimeUnit unit) {
        buckets.add((double) unit.toNanos(amount));
    }

    @Override
    public long count() {
        return buckets.count();
    }

    @Override
    public double totalTime(TimeUnit unit) {
        return TimeUtils.nanosToUnit(buckets.sum(), unit);
    }

    @Override
    public double max(TimeUnit unit) {
        return Double.NaN;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        return new HistogramSnapshot(
                count(), totalTime(TimeUnit.NANOSECONDS), Double.NaN, null, buckets.cumulative(), (out, scale) -> {});
    }
}
