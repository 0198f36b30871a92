package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.BackupSettings;
import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupScheduleSpec;
import dev.mainstay.api.v1alpha1.EtcdBackupScheduleStatus;
import dev.mainstay.api.v1alpha1.EtcdBackupSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.backup.engine.ScheduleEngine;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Step;
import dev.mainstay.operator.backup.engine.ScheduleEngine.Times;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.report.ConditionNews;
import dev.mainstay.operator.report.News;
import dev.mainstay.operator.schedule.GoDuration;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Task;
import dev.mainstay.operator.task.TaskNames;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One look at a schedule: backups are made when they are due, old ones let go, and some proven. */
public final class SchedulePass {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmm").withZone(ZoneOffset.UTC);
    private static final Duration PRUNE_DEADLINE = Duration.ofHours(1);
    private static final int CONFLICT = 409;

    private final Means means;
    private final ScheduleEngine engine = new ScheduleEngine();

    /** With these means. */
    public SchedulePass(Means means) {
        this.means = means;
    }

    /** What was seen of a schedule. */
    private record Seen(
            EtcdBackupSchedule schedule, List<EtcdBackup> backups, Stores.Found store, ScheduleEngine.View view) {

        EtcdBackupScheduleSpec spec() {
            return schedule.getSpec();
        }

        BackupSettings settings() {
            return spec().backupTemplate().spec();
        }

        String namespace() {
            return schedule.getMetadata().getNamespace();
        }
    }

    /** Does one step; when to look again. */
    public Duration run(String namespace, String name) {
        EtcdBackupSchedule schedule = means.kubernetes()
                .resources(EtcdBackupSchedule.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (schedule == null) {
            return Again.AT_REST;
        }
        Instant now = means.now();
        Seen seen = look(schedule, now);
        Step step = engine.decide(seen.view());
        if (step instanceof Step.Wait || step instanceof Step.Invalid) {
            report(seen, step);
            boolean runs = seen.view().prune().isRunning()
                    || seen.view().drill().task().isRunning();
            Duration usual = step instanceof Step.Wait wait ? Again.at(wait.until(), now) : Again.AT_REST;
            return runs ? Again.sooner(Again.WHILE_RUNNING, usual) : usual;
        }
        means.act(schedule, step.getClass().getSimpleName(), () -> carryOut(seen, step));
        return Again.AT_ONCE;
    }

    private Seen look(EtcdBackupSchedule schedule, Instant now) {
        String namespace = schedule.getMetadata().getNamespace();
        String name = schedule.getMetadata().getName();
        EtcdBackupScheduleSpec spec = schedule.getSpec();
        EtcdBackupScheduleStatus status = status(schedule);
        List<EtcdBackup> backups = means.kubernetes()
                .resources(EtcdBackup.class)
                .inNamespace(namespace)
                .withLabel(MainstayApi.SCHEDULE_LABEL, TaskNames.label(name))
                .list()
                .getItems();
        Stores.Found store = means.stores()
                .find(namespace, spec.backupTemplate().spec().storeRef().name());
        String created = schedule.getMetadata().getCreationTimestamp();
        Instant since = created == null ? now : Instant.parse(created);
        String drills = spec.verification() == null ? null : spec.verification().schedule();
        ScheduleEngine.View view = new ScheduleEngine.View(
                now,
                schedule.getMetadata().getDeletionTimestamp() != null,
                spec.suspend(),
                spec.concurrencyPolicy() == EtcdBackupScheduleSpec.ConcurrencyPolicy.REPLACE,
                Duration.ofSeconds(spec.startingDeadlineSeconds()),
                CronTimes.around("spec.schedule", spec.schedule(), spec.timeZone(), now),
                time(status.lastScheduleTime(), since),
                backups.stream()
                        .filter(backup -> backup.getMetadata().getDeletionTimestamp() == null)
                        .map(backup -> run(backup, now))
                        .toList(),
                new ScheduleEngine.Drill(
                        drills == null
                                ? Times.NEVER
                                : CronTimes.around("spec.verification.schedule", drills, spec.timeZone(), now),
                        time(status.lastDrillTime(), since),
                        drills == null ? TaskView.ABSENT : means.tasks().look(namespace, job(schedule, "drill"))),
                spec.historyLimit() == null
                        ? null
                        : new ScheduleEngine.Keeps(
                                spec.historyLimit().succeeded(),
                                spec.historyLimit().failed()),
                spec.retention() != null,
                status.lastPruneTime() == null ? null : Instant.parse(status.lastPruneTime()),
                means.tasks().look(namespace, job(schedule, "prune")),
                store.view());
        return new Seen(schedule, backups, store, view);
    }

    /** Whether a backup was taken by a schedule. */
    static boolean took(EtcdBackupSchedule schedule, EtcdBackup backup) {
        return TaskNames.label(schedule.getMetadata().getName())
                .equals(backup.getMetadata().getLabels().get(MainstayApi.SCHEDULE_LABEL));
    }

    private static EtcdBackupScheduleStatus status(EtcdBackupSchedule schedule) {
        return Objects.requireNonNullElse(schedule.getStatus(), EtcdBackupScheduleStatus.EMPTY);
    }

    private static String job(EtcdBackupSchedule schedule, String what) {
        return TaskNames.of(schedule.getMetadata().getName(), what);
    }

    private static Instant time(@Nullable String text, Instant otherwise) {
        return text == null ? otherwise : Instant.parse(text);
    }

    private static ScheduleEngine.Run run(EtcdBackup backup, Instant now) {
        Boolean made = Backups.decided(Backups.status(backup), Backups.SUCCEEDED);
        String completed = Backups.status(backup).completionTime();
        Map<String, String> annotations =
                Objects.requireNonNullElse(backup.getMetadata().getAnnotations(), Map.of());
        String scheduled = annotations.get(MainstayApi.SCHEDULED_TIME);
        return new ScheduleEngine.Run(
                backup.getMetadata().getName(),
                scheduled == null ? null : Instant.parse(scheduled),
                time(backup.getMetadata().getCreationTimestamp(), now),
                made == null
                        ? ScheduleEngine.Run.State.ACTIVE
                        : made ? ScheduleEngine.Run.State.SUCCEEDED : ScheduleEngine.Run.State.FAILED,
                Boolean.TRUE.equals(made) ? time(completed, now) : null);
    }

    private void report(Seen seen, Step step) {
        EtcdBackupScheduleStatus before = status(seen.schedule());
        write(seen, new ScheduleReport(seen.schedule(), seen.backups(), seen.view()).of(step), before);
    }

    private void write(Seen seen, EtcdBackupScheduleStatus after, EtcdBackupScheduleStatus before) {
        if (!after.equals(before)) {
            seen.schedule().setStatus(after);
            means.written(seen.schedule());
            means.tell(
                    seen.schedule(),
                    ConditionNews.of(before.conditions(), after.conditions(), ScheduleReport.EXPECTED));
        }
    }

    private void carryOut(Seen seen, Step step) {
        EtcdBackupSchedule schedule = seen.schedule();
        EtcdBackupScheduleStatus before = status(schedule);
        switch (step) {
            case Step.Wait _, Step.Invalid _ -> {}
            case Step.Take take -> take(seen, take.time());
            case Step.Miss miss -> {
                write(seen, ScheduleReport.passed(before, miss.time(), before.sinceVerified()), before);
                means.tell(schedule, true, "MissedRun", "the backup of " + miss.time() + " isn't taken: " + miss.why());
            }
            case Step.Remove remove -> {
                means.tell(schedule, List.of(new News(false, "RemovingBackup", remove.name() + ": " + remove.why())));
                var _ = means.kubernetes()
                        .resources(EtcdBackup.class)
                        .inNamespace(seen.namespace())
                        .withName(remove.name())
                        .delete();
            }
            case Step.Prune _ -> means.tasks().start(prune(seen));
            case Step.RecordPruned pruned -> {
                write(seen, new ScheduleReport(schedule, seen.backups(), seen.view()).pruned(pruned.until()), before);
                means.tasks().clear(seen.namespace(), job(schedule, "prune"));
            }
            case Step.Prove prove -> {
                means.tasks().start(drill(seen));
                write(seen, ScheduleReport.drilled(before, prove.time()), before);
            }
            case Step.RecordProven _ -> {
                write(seen, new ScheduleReport(schedule, seen.backups(), seen.view()).proven(), before);
                means.tasks().clear(seen.namespace(), job(schedule, "drill"));
            }
        }
    }

    /** The name says the time, so that a time isn't used twice. */
    private void take(Seen seen, Instant time) {
        EtcdBackupScheduleStatus before = status(seen.schedule());
        EtcdBackupScheduleSpec.Verification verification = seen.spec().verification();
        int since = Objects.requireNonNullElse(before.sinceVerified(), 0) + 1;
        boolean proves = verification != null && verification.schedule() == null && since >= verification.every();
        BackupSettings settings = seen.settings();
        String name = seen.schedule().getMetadata().getName();
        EtcdBackup backup = new EtcdBackup();
        backup.setMetadata(new ObjectMetaBuilder()
                .withName(name + "-" + NAME.format(time))
                .withNamespace(seen.namespace())
                .addToLabels(MainstayApi.SCHEDULE_LABEL, TaskNames.label(name))
                .addToAnnotations(MainstayApi.SCHEDULED_TIME, time.toString())
                .build());
        backup.setSpec(new EtcdBackupSpec(
                settings.clusterRef(),
                settings.storeRef(),
                settings.source(),
                settings.compression(),
                settings.timeoutSeconds(),
                proves ? Objects.requireNonNull(verification).mode() : settings.verification(),
                settings.deletionPolicy()));
        try {
            var _ = means.kubernetes().resource(backup).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
        write(seen, ScheduleReport.passed(before, time, proves ? Integer.valueOf(0) : Integer.valueOf(since)), before);
    }

    private Task prune(Seen seen) {
        EtcdBackupScheduleSpec.Retention retention =
                Objects.requireNonNull(seen.spec().retention());
        List<String> command = new ArrayList<>(List.of("prune"));
        flag(command, "keep-last", retention.keepLast());
        flag(command, "keep-hourly", retention.keepHourly());
        flag(command, "keep-daily", retention.keepDaily());
        flag(command, "keep-weekly", retention.keepWeekly());
        flag(command, "keep-monthly", retention.keepMonthly());
        if (retention.maxAge() != null) {
            command.add("--max-age=" + GoDuration.of(retention.maxAge()).toSeconds() + "s");
        }
        return task(seen, "prune", command, PRUNE_DEADLINE);
    }

    private static void flag(List<String> command, String name, @Nullable Integer value) {
        if (value != null) {
            command.add("--" + name + "=" + value);
        }
    }

    private Task drill(Seen seen) {
        boolean restores =
                Objects.requireNonNull(seen.spec().verification()).mode() != EtcdBackupSpec.Verification.CHECKSUM;
        Task task = task(
                seen,
                "drill",
                List.of("verify", "latest", "--mode=" + (restores ? "restore" : "checksum")),
                Duration.ofSeconds(seen.settings().timeoutSeconds()));
        return restores ? task.withScratch() : task;
    }

    private Task task(Seen seen, String what, List<String> command, Duration deadline) {
        String cluster = seen.settings().clusterRef().name();
        return Task.of(
                job(seen.schedule(), what),
                seen.schedule(),
                means.image(means.cluster(seen.namespace(), cluster)),
                seen.store().usable(),
                cluster,
                command,
                deadline);
    }
}
