package dev.mainstay.operator.report;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Values of clusters as gauges: each is there while it is known, and goes with its cluster. Any thread. */
public final class ObjectGauges {

    private final MeterRegistry meters;
    private final Map<Key, Shown> shown = new ConcurrentHashMap<>();

    private record Key(String name, String namespace, String cluster) {}

    private record Shown(AtomicReference<Double> value, Gauge gauge) {}

    /** In these meters. */
    public ObjectGauges(MeterRegistry meters) {
        this.meters = meters;
    }

    /** Shows a value of a cluster; null takes it away. */
    public void set(String name, String namespace, String cluster, @Nullable Double value) {
        Key key = new Key(name, namespace, cluster);
        if (value == null) {
            remove(key);
        } else {
            shown.computeIfAbsent(key, _ -> show(key)).value().set(value);
        }
    }

    /** Takes all values of a cluster away. */
    public void forget(String namespace, String cluster) {
        shown.keySet().stream()
                .filter(key ->
                        key.namespace().equals(namespace) && key.cluster().equals(cluster))
                .forEach(this::remove);
    }

    private Shown show(Key key) {
        AtomicReference<Double> value = new AtomicReference<>(0.0);
        Gauge gauge = Gauge.builder(key.name(), value, AtomicReference::get)
                .tags(Tags.of("namespace", key.namespace(), "cluster", key.cluster()))
                .strongReference(true)
                .register(meters);
        return new Shown(value, gauge);
    }

    private void remove(Key key) {
        Shown gone = shown.remove(key);
        if (gone != null) {
            var _ = meters.remove(gone.gauge());
        }
    }
}
