package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Monitoring;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Objects of a cluster for the Prometheus operator, where it is installed. Pure. */
public final class DesiredMonitoring {

    /** The API they belong to. */
    public static final String API = "monitoring.coreos.com/v1";

    /** Kind of what tells Prometheus where the members are. */
    public static final String POD_MONITOR = "PodMonitor";

    /** Kind of what tells Prometheus when to wake somebody. */
    public static final String RULE = "PrometheusRule";

    private final EtcdCluster cluster;
    private final String name;
    private final Monitoring wanted;

    /** Objects of {@code cluster}. */
    public DesiredMonitoring(EtcdCluster cluster) {
        this.cluster = cluster;
        this.name = cluster.getMetadata().getName();
        this.wanted = Objects.requireNonNullElseGet(
                cluster.getSpec().monitoring(), () -> new Monitoring(true, true, true, Map.of()));
    }

    /** Those that the spec wants. */
    public List<GenericKubernetesResource> all() {
        List<GenericKubernetesResource> objects = new ArrayList<>();
        if (wanted.podMonitor()) {
            objects.add(podMonitor());
        }
        if (wanted.prometheusRule()) {
            objects.add(rule());
        }
        return objects;
    }

    /** Those that the spec switches off. */
    public List<GenericKubernetesResource> unwanted() {
        List<GenericKubernetesResource> objects = new ArrayList<>();
        if (!wanted.podMonitor()) {
            objects.add(podMonitor());
        }
        if (!wanted.prometheusRule()) {
            objects.add(rule());
        }
        return objects;
    }

    private GenericKubernetesResource podMonitor() {
        return object(
                POD_MONITOR,
                Map.of(
                        "selector", Map.of("matchLabels", Map.of(MainstayApi.CLUSTER_LABEL, name)),
                        "podTargetLabels", List.of(MainstayApi.CLUSTER_LABEL),
                        "podMetricsEndpoints", List.of(Map.of("port", "metrics", "path", "/metrics"))));
    }

    private GenericKubernetesResource rule() {
        return object(
                RULE,
                Map.of(
                        "groups",
                        List.of(Map.of("name", "mainstay-" + name, "rules", new ClusterAlerts(cluster).rules()))));
    }

    private GenericKubernetesResource object(String kind, Map<String, Object> spec) {
        Map<String, String> labels = new TreeMap<>(wanted.labels());
        labels.putAll(Names.labels(name));
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(API)
                .withKind(kind)
                .withMetadata(new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(cluster.getMetadata().getNamespace())
                        .withLabels(labels)
                        .withOwnerReferences(Names.owner(cluster))
                        .build())
                .addToAdditionalProperties("spec", spec)
                .build();
    }
}
