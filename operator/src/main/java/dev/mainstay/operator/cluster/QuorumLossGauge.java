package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.cluster.engine.Observation;
import dev.mainstay.operator.cluster.observe.QuorumClock;
import dev.mainstay.operator.cluster.observe.Seen;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** {@code etcd_operator_quorum_lost_seconds}: for how long each cluster's quorum has been lost, at the last look; 0 while it is there. Any thread. */
final class QuorumLossGauge {

    private static final String NAME = "etcd_operator_quorum_lost_seconds";

    private final MeterRegistry meters;
    private final Map<String, Shown> shown = new ConcurrentHashMap<>();

    QuorumLossGauge(MeterRegistry meters) {
        this.meters = meters;
    }

    private record Shown(AtomicLong seconds, Gauge gauge) {}

    /** Shows what was seen. */
    void look(Seen seen) {
        EtcdCluster cluster = seen.cluster();
        Observation observation = seen.observation();
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        boolean lost = status.clusterID() != null
                && !observation.cluster().agreed()
                && observation.wanted().replicas() > 0;
        long seconds = lost
                ? Duration.between(QuorumClock.since(status, observation.now()), observation.now())
                        .toSeconds()
                : 0;
        shown.computeIfAbsent(
                        key(
                                cluster.getMetadata().getNamespace(),
                                cluster.getMetadata().getName()),
                        key -> show(
                                cluster.getMetadata().getNamespace(),
                                cluster.getMetadata().getName()))
                .seconds()
                .set(Math.max(0, seconds));
    }

    /** The cluster is gone. */
    void forget(String namespace, String name) {
        Shown gone = shown.remove(key(namespace, name));
        if (gone != null) {
            meters.remove(gone.gauge());
        }
    }

    private Shown show(String namespace, String name) {
        AtomicLong seconds = new AtomicLong();
        Gauge gauge = Gauge.builder(NAME, seconds, AtomicLong::get)
                .description("For how long the cluster's quorum has been lost; 0 while it is there.")
                .tags("namespace", namespace, "cluster", name)
                .strongReference(true)
                .register(meters);
        return new Shown(seconds, gauge);
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }
}
