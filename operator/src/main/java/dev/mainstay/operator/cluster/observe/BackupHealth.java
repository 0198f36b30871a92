package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupScheduleStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's backups are doing, by its schedules.
 *
 * @param healthy whether the last backup of every schedule succeeded; null if there is none to go by
 * @param reason one word
 * @param why a sentence
 * @param summary times for the status; null without schedules
 */
public record BackupHealth(
        @Nullable Boolean healthy, String reason, String why, EtcdClusterStatus.@Nullable BackupSummary summary) {

    private static final BackupHealth NONE =
            new BackupHealth(null, "NotConfigured", "there is no schedule of backups", null);

    private static final int NOT_FOUND = 404;

    /** Of a cluster. */
    static BackupHealth of(KubernetesClient kubernetes, EtcdCluster cluster) {
        try {
            return of(kubernetes
                    .resources(EtcdBackupSchedule.class)
                    .inNamespace(cluster.getMetadata().getNamespace())
                    .list()
                    .getItems()
                    .stream()
                    .filter(schedule -> schedule.getSpec()
                            .backupTemplate()
                            .spec()
                            .clusterRef()
                            .name()
                            .equals(cluster.getMetadata().getName()))
                    .sorted(Comparator.comparing(
                            schedule -> schedule.getMetadata().getName()))
                    .toList());
        } catch (KubernetesClientException e) {
            if (e.getCode() == NOT_FOUND) {
                return NONE;
            }
            throw e;
        }
    }

    private static BackupHealth of(List<EtcdBackupSchedule> schedules) {
        if (schedules.isEmpty()) {
            return NONE;
        }
        EtcdClusterStatus.BackupSummary summary = new EtcdClusterStatus.BackupSummary(
                latest(schedules, EtcdBackupScheduleStatus::lastSuccessfulTime),
                null,
                latest(schedules, EtcdBackupScheduleStatus::lastVerifiedTime),
                null,
                null,
                null);
        for (EtcdBackupSchedule schedule : schedules) {
            Optional<Condition> wrong = status(schedule).conditions().stream()
                    .filter(condition -> List.of("BackupHealthy", "Ready").contains(condition.getType())
                            && "False".equals(condition.getStatus()))
                    .findFirst();
            if (wrong.isPresent()) {
                return new BackupHealth(
                        false,
                        wrong.get().getReason(),
                        "schedule " + schedule.getMetadata().getName() + ": "
                                + wrong.get().getMessage(),
                        summary);
            }
        }
        return summary.lastSuccessfulTime() == null
                ? new BackupHealth(null, "NoBackupYet", "no backup was taken yet", summary)
                : new BackupHealth(true, "RecentBackup", "the last backup of every schedule succeeded", summary);
    }

    private static EtcdBackupScheduleStatus status(EtcdBackupSchedule schedule) {
        return Objects.requireNonNullElse(schedule.getStatus(), EtcdBackupScheduleStatus.EMPTY);
    }

    private static @Nullable String latest(
            List<EtcdBackupSchedule> schedules, Function<EtcdBackupScheduleStatus, @Nullable String> time) {
        return schedules.stream()
                .map(schedule -> time.apply(status(schedule)))
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }
}
