package dev.mainstay.node.observability;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

/** A histogram with fixed buckets. Its maximum is not kept: the buckets say enough. */
final class BucketSummary extends AbstractMeter implements DistributionSummary {

    private final Buckets buckets;

    BucketSummary(Meter.Id id, DistributionStatisticConfig config) {
        super(id);
        buckets = Buckets.of(config);
    }

    @Override
    public void record(double amount) {
        buckets.add(amount);
    }

    @Override
    public long count() {
        return buckets.count();
    }

    @Override
    public double totalAmount() {
        return buckets.sum();
    }

    @Override
    public double max() {
        return Double.NaN;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        return new HistogramSnapshot(count(), totalAmount(), max(), null, buckets.cumulative(), (out, scale) -> {});
    }
}
