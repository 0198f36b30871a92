package dev.mainstay.node.observability;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.Set;

/**
 * Takes those meters out of a registry that read their value off a member, when that member ends: they would show a dead
 * one for good, and keep its successor's out. Counters and histograms hold their own values and go on.
 */
public final class BoundMeters implements AutoCloseable {

    private final MeterRegistry registry;
    private final Set<Meter.Id> before = new HashSet<>();

    /** Made before the member binds any meter. */
    public BoundMeters(MeterRegistry registry) {
        this.registry = registry;
        registry.forEachMeter(meter -> before.add(meter.getId()));
    }

    @Override
    public void close() {
        registry.forEachMeter(meter -> {
            boolean reads =
                    meter instanceof Gauge || meter instanceof FunctionCounter || meter instanceof FunctionTimer;
            if (reads && !before.contains(meter.getId())) {
                registry.remove(meter);
            }
        });
    }
}
