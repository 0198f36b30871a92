package dev.mainstay.node.observability;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import java.util.concurrent.atomic.LongAdder;

/** A counter of whole things that many threads may count at once. */
final class StripedCounter extends AbstractMeter implements Counter {

    private final LongAdder count = new LongAdder();

    StripedCounter(Meter.Id id) {
        super(id);
    }

    @Override
    public void increment(double amount) {
        count.add((long) amount);
    }

    @Override
    public double count() {
        return count.sum();
    }
}
