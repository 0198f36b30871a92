package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.Archive;
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
        return object(RULE, Map.of("groups", List.of(Map.of("name", "mainstay-" + name, "rules", rules()))));
    }

    private List<Map<String, Object>> rules() {
        String of = "{namespace=\"" + cluster.getMetadata().getNamespace() + "\",pod=~\"" + name + "-[0-9]+\"}";
        String volumes = "{namespace=\"" + cluster.getMetadata().getNamespace() + "\",persistentvolumeclaim=~\"" + name
                + "-[0-9]+-[0-9a-f]+\"}";
        List<Map<String, Object>> rules = new ArrayList<>(List.of(
                alert(
                        "MainstayMemberDown",
                        "warning",
                        "5m",
                        "up" + of + " == 0",
                        "{{ $labels.pod }} can't be asked for its metrics. kubectl describe etcdcluster " + name
                                + " tells what the operator does about it."),
                alert(
                        "MainstayNoLeader",
                        "critical",
                        "1m",
                        "max(etcd_server_has_leader" + of + ") == 0",
                        "No member knows a leader: nothing can be written. See which members run, and docs/tools.md on lost"
                                + " quorum."),
                alert(
                        "MainstayLeaderChanges",
                        "warning",
                        "5m",
                        "max(increase(etcd_server_leader_changes_seen_total" + of + "[15m])) >= 4",
                        "The leader changed four times in 15 minutes. Look for slow disks, starved CPUs and a bad network."),
                alert(
                        "MainstayQuotaNearlyReached",
                        "warning",
                        "10m",
                        "max(etcd_mvcc_db_total_size_in_use_in_bytes" + of + ") / max(etcd_server_quota_backend_bytes"
                                + of + ") > 0.85",
                        "Above the quota nothing can be written. Compact, delete, or raise spec.config.backendQuota."),
                alert(
                        "MainstayVolumeNearlyFull",
                        "warning",
                        "10m",
                        "min(kubelet_volume_stats_available_bytes" + volumes + " / kubelet_volume_stats_capacity_bytes"
                                + volumes + ") < 0.1",
                        "A member's volume has less than a tenth left. Raise spec.storage.size."),
                alert(
                        "MainstayDiskSlow",
                        "warning",
                        "10m",
                        "histogram_quantile(0.99, sum by (pod, le) (rate(etcd_disk_wal_fsync_duration_seconds_bucket"
                                + of + "[5m]))) > 0.5",
                        "Every write waits for the disk of {{ $labels.pod }}: one in a hundred for more than half a second."),
                alert(
                        "MainstayProposalsFail",
                        "warning",
                        "15m",
                        "sum by (pod) (rate(etcd_server_proposals_failed_total" + of + "[15m])) > 0.01",
                        "Writes through {{ $labels.pod }} fail again and again: see its log.")));
        Archive archive = cluster.getSpec().archive();
        if (archive != null) {
            rules.add(alert(
                    "MainstayArchiveLag",
                    "warning",
                    "5m",
                    "max(mainstay_archive_lag_seconds" + of + ") > " + archive.maxLagSeconds()
                            + " or max(mainstay_archive_shipping" + of + ") == 0",
                    "What was written lately isn't archived, and couldn't be restored. See condition ArchiveHealthy, and the"
                            + " log of the leader."));
            rules.add(alert(
                    "MainstayArchiveGap",
                    "warning",
                    "0m",
                    "max(increase(mainstay_archive_gaps_total" + of + "[1h])) > 0",
                    "Part of the log was lost before it was archived. Make an EtcdBackup: nothing later can be restored to"
                            + " a moment before there's one."));
        }
        return rules;
    }

    private static Map<String, Object> alert(
            String alert, String severity, String after, String expression, String description) {
        return Map.of(
                "alert", alert,
                "expr", expression,
                "for", after,
                "labels", Map.of("severity", severity),
                "annotations", Map.of("description", description));
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
