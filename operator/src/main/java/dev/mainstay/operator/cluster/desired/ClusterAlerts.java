package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.Archive;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.schedule.GoDuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** When somebody is to be woken for a cluster, as rules of Prometheus; what to do then is in docs/alerts.md. Pure. */
final class ClusterAlerts {

    /** A certificate is to be renewed while there is {@code renewBefore} left of it; with this part of that left somebody must look. */
    private static final int LATE = 3;

    private final EtcdCluster cluster;
    private final String name;
    private final String namespace;
    private final String of;

    ClusterAlerts(EtcdCluster cluster) {
        this.cluster = cluster;
        this.name = cluster.getMetadata().getName();
        this.namespace = cluster.getMetadata().getNamespace();
        this.of = "{namespace=\"" + namespace + "\",pod=~\"" + name + "-[0-9]+\"}";
    }

    List<Map<String, Object>> rules() {
        List<Map<String, Object>> rules = new ArrayList<>(members());
        if (Names.secure(cluster)) {
            rules.add(certificates(Objects.requireNonNullElse(cluster.getSpec().tls(), Tls.DEFAULT)));
        }
        Archive archive = cluster.getSpec().archive();
        if (archive != null) {
            rules.addAll(archive(archive));
        }
        return rules;
    }

    private List<Map<String, Object>> members() {
        String volumes = "{namespace=\"" + namespace + "\",persistentvolumeclaim=~\"" + name + "-[0-9]+-[0-9a-f]+\"}";
        return List.of(
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
                        "Writes through {{ $labels.pod }} fail again and again: see its log."));
    }

    /** By the operator's metrics, since members say nothing of certificates that they haven't got. */
    private Map<String, Object> certificates(Tls tls) {
        return alert(
                "MainstayCertificateExpiring",
                "warning",
                "1m",
                late("leaf", tls.renewBefore()) + " or " + late("authority", tls.caRenewBefore()),
                "A certificate ({{ $labels.kind }}) ends in {{ $value | humanizeDuration }}, and should have been replaced"
                        + " long before. Condition CertificatesValid of etcdcluster " + name
                        + " says what holds it up.");
    }

    private String late(String kind, String renewBefore) {
        return "min by (kind) (etcd_operator_certificate_expiry_timestamp{namespace=\"" + namespace + "\",cluster=\""
                + name + "\",kind=\"" + kind + "\"}) - time() < "
                + GoDuration.of(renewBefore).toSeconds() / LATE;
    }

    private List<Map<String, Object>> archive(Archive archive) {
        return List.of(
                alert(
                        "MainstayArchiveLag",
                        "warning",
                        "5m",
                        "max(mainstay_archive_lag_seconds" + of + ") > " + archive.maxLagSeconds()
                                + " or max(mainstay_archive_shipping" + of + ") == 0",
                        "What was written lately isn't archived, and couldn't be restored. See condition ArchiveHealthy, and"
                                + " the log of the leader."),
                alert(
                        "MainstayArchiveGap",
                        "warning",
                        "0m",
                        "max(increase(mainstay_archive_gaps_total" + of + "[1h])) > 0",
                        "Part of the log was lost before it was archived. Make an EtcdBackup: nothing later can be restored to"
                                + " a moment before there's one."));
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
}
