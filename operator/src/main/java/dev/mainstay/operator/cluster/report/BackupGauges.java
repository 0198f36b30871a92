package dev.mainstay.operator.cluster.report;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.operator.cluster.observe.BackupHealth;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.report.ObjectGauges;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Backups and archives of clusters as metrics, for alerts. Times are seconds since 1970. */
public final class BackupGauges {

    private static final String PREFIX = "etcd_operator_";

    private final ObjectGauges gauges;

    /** In these meters. */
    public BackupGauges(MeterRegistry meters) {
        this.gauges = new ObjectGauges(meters);
    }

    /** Shows what was seen of a cluster. The last success is 0 if there is a schedule and none has ever succeeded. */
    public void show(Seen seen) {
        EtcdCluster cluster = seen.cluster();
        BackupHealth backups = seen.backups();
        EtcdClusterStatus.BackupSummary summary = backups.summary();
        Double success = time(summary == null ? null : summary.lastSuccessfulTime());
        ArchiveVerdict archive = new ArchiveVerdict(
                seen.archive(), Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY));
        Instant until = archive.recoverableUntil();
        set(
                cluster,
                "backup_last_success_timestamp",
                success == null && backups.scheduled() ? Double.valueOf(0) : success);
        set(cluster, "backup_last_verified_timestamp", time(summary == null ? null : summary.lastVerifiedTime()));
        set(cluster, "backup_overdue_timestamp", seconds(backups.overdue()));
        Boolean failed = backups.drillFailed();
        set(cluster, "backup_drill_failed", failed == null ? null : Double.valueOf(failed ? 1 : 0));
        set(cluster, "archive_lag_seconds", archive.lagSeconds());
        set(cluster, "recoverable_until_timestamp", seconds(until));
    }

    /** Takes all away of a cluster that is gone. */
    public void forget(String namespace, String cluster) {
        gauges.forget(namespace, cluster);
    }

    private void set(EtcdCluster cluster, String name, @Nullable Double value) {
        gauges.set(
                PREFIX + name,
                cluster.getMetadata().getNamespace(),
                cluster.getMetadata().getName(),
                value);
    }

    private static @Nullable Double time(@Nullable String text) {
        return text == null ? null : seconds(Instant.parse(text));
    }

    private static @Nullable Double seconds(@Nullable Instant time) {
        return time == null ? null : Double.valueOf((double) time.getEpochSecond());
    }
}
