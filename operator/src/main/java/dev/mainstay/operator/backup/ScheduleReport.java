package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupScheduleStatus;
import dev.mainstay.api.v1alpha1.NameRef;
import dev.mainstay.operator.backup.engine.ScheduleEngine;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Run;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Step;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.report.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The status of a schedule: pure, and the same while nothing changes. */
final class ScheduleReport {

    /** Reasons of undecided conditions that are the usual course. */
    static final Set<String> EXPECTED = Set.of("NoBackupYet");

    private static final String READY = "Ready";
    private static final String HEALTHY = "BackupHealthy";
    private static final String PRUNED = "Pruned";
    private static final String PROVEN = "Proven";

    private final EtcdBackupSchedule schedule;
    private final EtcdBackupScheduleStatus before;
    private final List<EtcdBackup> backups;
    private final ScheduleEngine.View view;

    ScheduleReport(EtcdBackupSchedule schedule, List<EtcdBackup> backups, ScheduleEngine.View view) {
        this.schedule = schedule;
        this.before = Objects.requireNonNullElse(schedule.getStatus(), EtcdBackupScheduleStatus.EMPTY);
        this.backups = backups;
        this.view = view;
    }

    /** While nothing is done. */
    EtcdBackupScheduleStatus of(Step step) {
        Conditions conditions = conditions();
        if (step instanceof Step.Invalid invalid) {
            conditions.set(READY, false, "InvalidSchedule", invalid.why());
        } else if (view.suspended()) {
            conditions.set(READY, false, "Suspended", "spec.suspend is true: no backup is taken");
        } else if (!view.store().isUsable()) {
            conditions.set(READY, false, "StoreNotReady", view.store().why());
        } else {
            conditions.set(READY, true, "Scheduled", "a backup is taken when it is due");
        }
        health(conditions);
        kept(conditions, PRUNED);
        kept(conditions, PROVEN);
        Instant next = view.suspended() ? null : view.times().next();
        return new EtcdBackupScheduleStatus(
                before.lastScheduleTime(),
                next == null ? null : next.toString(),
                later(before.lastSuccessfulTime(), view.newestSuccess()),
                later(before.lastVerifiedTime(), lastVerified()),
                before.sinceVerified(),
                before.lastDrillTime(),
                before.lastPruneTime(),
                overdue(),
                view.runs().stream()
                        .filter(run -> run.state() == Run.State.ACTIVE)
                        .map(run -> new NameRef(run.name()))
                        .toList(),
                conditions.list());
    }

    /** Two turns after the last success, or after the beginning, and the time that a backup may take; null if none is due. */
    private @Nullable String overdue() {
        String success = later(before.lastSuccessfulTime(), view.newestSuccess());
        String since = success == null ? schedule.getMetadata().getCreationTimestamp() : success;
        if (view.suspended() || since == null) {
            return null;
        }
        Instant first = next(Instant.parse(since));
        Instant second = first == null ? null : next(first);
        return second == null
                ? null
                : second.plusSeconds(schedule.getSpec().backupTemplate().spec().timeoutSeconds())
                        .toString();
    }

    private @Nullable Instant next(Instant after) {
        return CronTimes.around(
                        "spec.schedule",
                        schedule.getSpec().schedule(),
                        schedule.getSpec().timeZone(),
                        after)
                .next();
    }

    private Conditions conditions() {
        return new Conditions(
                before.conditions(), view.now(), schedule.getMetadata().getGeneration());
    }

    private static @Nullable String later(@Nullable String before, @Nullable Instant now) {
        if (now == null) {
            return before;
        }
        Instant seconds = now.truncatedTo(ChronoUnit.SECONDS);
        return before != null && Instant.parse(before).isAfter(seconds) ? before : seconds.toString();
    }

    private @Nullable Instant lastVerified() {
        return backups.stream()
                .map(Backups::status)
                .filter(status -> Boolean.TRUE.equals(Backups.decided(status, Backups.VERIFIED)))
                .map(status -> status.verification())
                .filter(Objects::nonNull)
                .map(proof -> proof.time())
                .filter(Objects::nonNull)
                .map(Instant::parse)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /** By the newest finished backup: a schedule whose backups never worked isn't silent. */
    private void health(Conditions conditions) {
        Run newest = view.runs().stream()
                .filter(run -> run.state() != Run.State.ACTIVE)
                .reduce((_, later) -> later)
                .orElse(null);
        if (newest == null) {
            if (before.lastSuccessfulTime() == null) {
                conditions.set(HEALTHY, null, "NoBackupYet", "no backup was taken yet");
            } else {
                conditions.set(HEALTHY, true, "RecentBackup", "the last backup succeeded");
            }
        } else if (newest.state() == Run.State.SUCCEEDED) {
            conditions.set(HEALTHY, true, "RecentBackup", "the last backup succeeded");
        } else {
            boolean ever = before.lastSuccessfulTime() != null || view.newestSuccess() != null;
            conditions.set(
                    HEALTHY,
                    false,
                    ever ? "NoRecentBackup" : "NeverSucceeded",
                    "backup " + newest.name() + " failed: " + failure(newest.name()));
        }
    }

    private String failure(String name) {
        return backups.stream()
                .filter(backup -> name.equals(backup.getMetadata().getName()))
                .flatMap(backup -> Backups.condition(Backups.status(backup), Backups.SUCCEEDED).stream())
                .map(Condition::getMessage)
                .findFirst()
                .orElse("see its conditions");
    }

    private void kept(Conditions conditions, String type) {
        before.conditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .forEach(condition -> conditions.set(
                        type, "True".equals(condition.getStatus()), condition.getReason(), condition.getMessage()));
    }

    /** All that is but this condition. */
    private Conditions others(String type) {
        Conditions conditions = conditions();
        Stream.of(READY, HEALTHY, PRUNED, PROVEN)
                .filter(other -> !other.equals(type))
                .forEach(other -> before.conditions().stream()
                        .filter(condition -> other.equals(condition.getType()))
                        .forEach(condition -> conditions.set(
                                other,
                                "Unknown".equals(condition.getStatus())
                                        ? null
                                        : Boolean.valueOf("True".equals(condition.getStatus())),
                                condition.getReason(),
                                condition.getMessage())));
        return conditions;
    }

    /** After old backups were let go, or couldn't be. */
    EtcdBackupScheduleStatus pruned(Instant until) {
        TaskView task = view.prune();
        Conditions conditions = others(PRUNED);
        conditions.set(
                PRUNED,
                task.isDone(),
                task.isDone() ? "Pruned" : "PruneFailed",
                task.isDone() ? "old backups are let go after each new one" : task.why());
        return new EtcdBackupScheduleStatus(
                before.lastScheduleTime(),
                before.nextScheduleTime(),
                before.lastSuccessfulTime(),
                before.lastVerifiedTime(),
                before.sinceVerified(),
                before.lastDrillTime(),
                until.toString(),
                before.overdueTime(),
                before.active(),
                conditions.list());
    }

    /** After the newest backup was proven, or couldn't be. */
    EtcdBackupScheduleStatus proven() {
        TaskView task = view.drill().task();
        Conditions conditions = others(PROVEN);
        boolean damaged = "DAMAGED".equals(task.kind()) || task.exitCode() == 2;
        conditions.set(
                PROVEN,
                task.isDone(),
                task.isDone() ? "RestoreDrillPassed" : damaged ? "DrillFailed" : "DrillNotDone",
                task.isDone() ? "the newest backup was proven when it was last due" : task.why());
        return new EtcdBackupScheduleStatus(
                before.lastScheduleTime(),
                before.nextScheduleTime(),
                before.lastSuccessfulTime(),
                task.isDone() ? later(before.lastVerifiedTime(), task.ended()) : before.lastVerifiedTime(),
                before.sinceVerified(),
                before.lastDrillTime(),
                before.lastPruneTime(),
                before.overdueTime(),
                before.active(),
                conditions.list());
    }

    /** After a time was dealt with. */
    static EtcdBackupScheduleStatus passed(
            EtcdBackupScheduleStatus before, Instant time, @Nullable Integer sinceVerified) {
        return new EtcdBackupScheduleStatus(
                time.toString(),
                before.nextScheduleTime(),
                before.lastSuccessfulTime(),
                before.lastVerifiedTime(),
                sinceVerified,
                before.lastDrillTime(),
                before.lastPruneTime(),
                before.overdueTime(),
                before.active(),
                before.conditions());
    }

    /** After a drill was begun. */
    static EtcdBackupScheduleStatus drilled(EtcdBackupScheduleStatus before, Instant time) {
        return new EtcdBackupScheduleStatus(
                before.lastScheduleTime(),
                before.nextScheduleTime(),
                before.lastSuccessfulTime(),
                before.lastVerifiedTime(),
                before.sinceVerified(),
                time.toString(),
                before.lastPruneTime(),
                before.overdueTime(),
                before.active(),
                before.conditions());
    }
}
