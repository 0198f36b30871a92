package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupScheduleStatus;
import dev.mainstay.api.v1alpha1.EtcdBackupStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's backups are doing, by its schedules and by the backups that there are.
 *
 * @param healthy whether every schedule's backups work and are proven when they should be; null if there is no schedule to go by
 * @param reason one word
 * @param why a sentence
 * @param summary times for the status; null without schedules and backups
 * @param scheduled whether there is a schedule
 * @param drillFailed whether the last proof found a backup bad; null if none was proven
 * @param overdue when the first schedule should have had another backup; null if none should
 */
public record BackupHealth(
        @Nullable Boolean healthy,
        String reason,
        String why,
        EtcdClusterStatus.@Nullable BackupSummary summary,
        boolean scheduled,
        @Nullable Boolean drillFailed,
        @Nullable Instant overdue) {

    private static final String DRILL_FAILED = "DrillFailed";
    private static final int NOT_FOUND = 404;

    /** Of a cluster. */
    static BackupHealth of(KubernetesClient kubernetes, EtcdCluster cluster, Instant now) {
        String name = cluster.getMetadata().getName();
        return new Making(
                        list(
                                kubernetes,
                                cluster,
                                EtcdBackupSchedule.class,
                                schedule -> name.equals(schedule.getSpec()
                                        .backupTemplate()
                                        .spec()
                                        .clusterRef()
                                        .name())),
                        list(
                                kubernetes,
                                cluster,
                                EtcdBackup.class,
                                backup -> name.equals(
                                        backup.getSpec().clusterRef().name())),
                        now)
                .health();
    }

    /** None if the kind isn't served. */
    private static <T extends HasMetadata> List<T> list(
            KubernetesClient kubernetes, EtcdCluster cluster, Class<T> type, Predicate<T> wanted) {
        try {
            return kubernetes
                    .resources(type)
                    .inNamespace(cluster.getMetadata().getNamespace())
                    .list()
                    .getItems()
                    .stream()
                    .filter(wanted)
                    .sorted(Comparator.comparing(object -> object.getMetadata().getName()))
                    .toList();
        } catch (KubernetesClientException e) {
            if (e.getCode() == NOT_FOUND) {
                return List.of();
            }
            throw e;
        }
    }

    /** What comes together while it is made. */
    private record Making(List<EtcdBackupSchedule> schedules, List<EtcdBackup> backups, Instant now) {

        BackupHealth health() {
            EtcdBackup newest = backups.stream()
                    .filter(backup -> is(status(backup).conditions(), "Succeeded", "True"))
                    .filter(backup -> status(backup).completionTime() != null)
                    .max(Comparator.comparing(
                            backup -> Objects.requireNonNullElse(status(backup).completionTime(), "")))
                    .orElse(null);
            String lastSuccess = latest(Stream.concat(
                    schedules.stream().map(schedule -> status(schedule).lastSuccessfulTime()),
                    Stream.ofNullable(newest).map(backup -> status(backup).completionTime())));
            String lastVerified = latest(Stream.concat(
                    schedules.stream().map(schedule -> status(schedule).lastVerifiedTime()),
                    backups.stream()
                            .filter(backup -> is(status(backup).conditions(), "Verified", "True"))
                            .map(Making::provenAt)));
            EtcdClusterStatus.BackupSummary summary = schedules.isEmpty() && backups.isEmpty()
                    ? null
                    : new EtcdClusterStatus.BackupSummary(
                            lastSuccess,
                            newest == null ? null : newest.getMetadata().getName(),
                            lastVerified,
                            null,
                            null,
                            null);
            Instant overdue = schedules.stream()
                    .map(schedule -> status(schedule).overdueTime())
                    .filter(Objects::nonNull)
                    .map(Instant::parse)
                    .min(Comparator.naturalOrder())
                    .orElse(null);
            Finding finding = finding(lastSuccess, overdue);
            return new BackupHealth(
                    finding.healthy,
                    finding.reason,
                    finding.why,
                    summary,
                    !schedules.isEmpty(),
                    drillFailed(),
                    overdue);
        }

        private record Finding(@Nullable Boolean healthy, String reason, String why) {}

        private Finding finding(@Nullable String lastSuccess, @Nullable Instant overdue) {
            if (schedules.isEmpty()) {
                return new Finding(null, "NotConfigured", "there is no schedule of backups");
            }
            for (EtcdBackupSchedule schedule : schedules) {
                Optional<Condition> wrong = status(schedule).conditions().stream()
                        .filter(condition -> List.of("BackupHealthy", "Ready").contains(condition.getType())
                                && "False".equals(condition.getStatus()))
                        .findFirst();
                if (wrong.isPresent()) {
                    return new Finding(
                            false,
                            wrong.get().getReason(),
                            "schedule " + schedule.getMetadata().getName() + ": "
                                    + wrong.get().getMessage());
                }
            }
            if (Boolean.TRUE.equals(drillFailed())) {
                return new Finding(
                        false,
                        DRILL_FAILED,
                        "a backup isn't what it was when it was made: see condition Verified of the EtcdBackups and"
                                + " Proven of the schedules");
            }
            if (overdue != null && overdue.isBefore(now)) {
                return new Finding(
                        false,
                        lastSuccess == null ? "NeverSucceeded" : "NoRecentBackup",
                        "there should have been another backup by " + overdue
                                + ": see the schedule's events, and whether the operator ran");
            }
            return lastSuccess == null
                    ? new Finding(null, "NoBackupYet", "no backup was taken yet")
                    : new Finding(true, "RecentBackup", "the last backup of every schedule succeeded");
        }

        /** By the backup that was proven last, and by what schedules prove. */
        private @Nullable Boolean drillFailed() {
            Optional<EtcdBackup> last = backups.stream()
                    .filter(backup -> is(status(backup).conditions(), "Verified", "True")
                            || is(status(backup).conditions(), "Verified", "False"))
                    .max(Comparator.comparing(backup -> Objects.requireNonNullElse(provenAt(backup), "")));
            boolean proven = last.isPresent()
                    || schedules.stream()
                            .anyMatch(schedule -> status(schedule).conditions().stream()
                                    .anyMatch(condition -> "Proven".equals(condition.getType())));
            if (!proven) {
                return null;
            }
            return last.filter(backup -> failed(status(backup).conditions(), "Verified"))
                            .isPresent()
                    || schedules.stream()
                            .anyMatch(schedule -> failed(status(schedule).conditions(), "Proven"));
        }

        private static boolean failed(List<Condition> conditions, String type) {
            return conditions.stream()
                    .anyMatch(condition -> type.equals(condition.getType())
                            && "False".equals(condition.getStatus())
                            && DRILL_FAILED.equals(condition.getReason()));
        }

        private static @Nullable String provenAt(EtcdBackup backup) {
            EtcdBackupStatus.Proof proof = status(backup).verification();
            return proof == null ? null : proof.time();
        }

        private static boolean is(List<Condition> conditions, String type, String status) {
            return conditions.stream()
                    .anyMatch(condition -> type.equals(condition.getType()) && status.equals(condition.getStatus()));
        }

        private static EtcdBackupStatus status(EtcdBackup backup) {
            return Objects.requireNonNullElse(backup.getStatus(), EtcdBackupStatus.EMPTY);
        }

        private static EtcdBackupScheduleStatus status(EtcdBackupSchedule schedule) {
            return Objects.requireNonNullElse(schedule.getStatus(), EtcdBackupScheduleStatus.EMPTY);
        }

        /** All are of one form, so that they sort as the times do. */
        private static @Nullable String latest(Stream<@Nullable String> times) {
            return times.filter(Objects::nonNull).max(Comparator.naturalOrder()).orElse(null);
        }
    }
}
