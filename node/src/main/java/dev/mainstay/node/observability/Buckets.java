package dev.mainstay.node.observability;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** The counts of a histogram with fixed upper bounds; any thread. */
final class Buckets {

    private final double[] bounds;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    /** @param bounds ascending; a value counts where it is at most the bound, else only in the total */
    Buckets(double[] bounds) {
        this.bounds = bounds.clone();
        counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /** The bounds that a meter was asked to have. */
    static Buckets of(DistributionStatisticConfig config) {
        double[] bounds = config.getServiceLevelObjectiveBoundaries();
        return new Buckets(bounds == null ? new double[0] : bounds);
    }

    void add(double value) {
        int at = Arrays.binarySearch(bounds, value);
        counts[at < 0 ? -at - 1 : at].increment();
        sum.add(value);
    }

    long count() {
        long total = 0;
        for (LongAdder count : counts) {
            total += count.sum();
        }
        return total;
    }

    double sum() {
        return sum.sum();
    }

    /** Per bound, how many values were at most that. */
    CountAtBucket[] cumulative() {
        CountAtBucket[] cumulative = new CountAtBucket[bounds.length];
        double total = 0;
        for (int i = 0; i < bounds.length; i++) {
            total += counts[i].sum();
            cumulative[i] = new CountAtBucket(bounds[i], total);
        }
        return cumulative;
    }
}
