package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.DeletionPolicy;
import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSpec;
import dev.mainstay.api.v1alpha1.EtcdBackupStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.backup.engine.BackupEngine;
import dev.mainstay.operator.backup.engine.BackupEngine.Step;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.report.ConditionNews;
import dev.mainstay.operator.task.ClusterAccess;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Task;
import dev.mainstay.operator.task.TaskNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One look at a backup: a job makes it, another proves it, and its status says what they found. */
public final class BackupPass {

    /** Reasons of an undecided condition that are the usual course. */
    private static final Set<String> EXPECTED = Set.of("Pending", "Running", "NotRequested", "Deleting");

    private static final Duration DELETE_DEADLINE = Duration.ofMinutes(10);

    private final Means means;
    private final BackupEngine engine = new BackupEngine();

    /** With these means. */
    public BackupPass(Means means) {
        this.means = means;
    }

    /** What was seen of a backup. */
    private record Seen(
            EtcdBackup backup,
            @Nullable EtcdCluster cluster,
            Stores.Found store,
            TaskView create,
            TaskView verify,
            TaskView delete) {}

    /** Does one step; when to look again. */
    public Duration run(String namespace, String name) {
        EtcdBackup backup = means.kubernetes()
                .resources(EtcdBackup.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (backup == null) {
            return Again.AT_REST;
        }
        Instant now = means.now();
        Seen seen = look(backup);
        Step step = engine.decide(view(seen, now));
        report(seen, step, now);
        if (step instanceof Step.None) {
            return Again.AT_REST;
        }
        if (step instanceof Step.Wait wait) {
            Duration usual = wait.reason().equals("Running") || wait.reason().equals("Deleting")
                    ? Again.WHILE_RUNNING
                    : Again.WHILE_WAITING;
            return Again.sooner(usual, Again.at(wait.until(), now));
        }
        means.act(backup, step.getClass().getSimpleName(), () -> carryOut(seen, step));
        return Again.AT_ONCE;
    }

    private Seen look(EtcdBackup backup) {
        String namespace = backup.getMetadata().getNamespace();
        EtcdBackupStatus status = Backups.status(backup);
        boolean deleted = backup.getMetadata().getDeletionTimestamp() != null;
        boolean made = Backups.decided(status, Backups.SUCCEEDED) != null;
        boolean proven = Backups.decided(status, Backups.VERIFIED) != null;
        EtcdBackupSpec spec = backup.getSpec();
        return new Seen(
                backup,
                means.cluster(namespace, spec.clusterRef().name()),
                means.stores().find(namespace, spec.storeRef().name()),
                !made || deleted ? means.tasks().look(namespace, job(backup, "create")) : TaskView.ABSENT,
                made && !proven && !deleted ? means.tasks().look(namespace, job(backup, "verify")) : TaskView.ABSENT,
                deleted ? means.tasks().look(namespace, job(backup, "delete")) : TaskView.ABSENT);
    }

    private static String job(EtcdBackup backup, String what) {
        return TaskNames.of(backup.getMetadata().getName(), what);
    }

    private static BackupEngine.View view(Seen seen, Instant now) {
        EtcdBackup backup = seen.backup();
        EtcdBackupSpec spec = backup.getSpec();
        EtcdBackupStatus status = Backups.status(backup);
        String created = backup.getMetadata().getCreationTimestamp();
        Instant since = created == null ? now : Instant.parse(created);
        return new BackupEngine.View(
                now,
                backup.getMetadata().getDeletionTimestamp() != null,
                backup.getMetadata().getFinalizers().contains(MainstayApi.BACKUP_FINALIZER),
                spec.deletionPolicy() == DeletionPolicy.DELETE,
                spec.verification() != EtcdBackupSpec.Verification.NONE,
                since.plusSeconds(spec.timeoutSeconds()),
                Backups.id(backup),
                Backups.decided(status, Backups.SUCCEEDED),
                Backups.decided(status, Backups.VERIFIED),
                seen.store().view(),
                ClusterObstacles.toReading(spec.clusterRef().name(), seen.cluster()),
                seen.create(),
                seen.verify(),
                seen.delete());
    }

    private void report(Seen seen, Step step, Instant now) {
        EtcdBackup backup = seen.backup();
        EtcdBackupStatus before = Backups.status(backup);
        EtcdBackupStatus after = new BackupReport(backup, now)
                .of(step, seen.create(), seen.verify(), seen.store().access());
        if (!after.equals(before)) {
            backup.setStatus(after);
            means.written(backup);
            means.tell(backup, ConditionNews.of(before.conditions(), after.conditions(), EXPECTED));
        }
    }

    private void carryOut(Seen seen, Step step) {
        EtcdBackup backup = seen.backup();
        String namespace = backup.getMetadata().getNamespace();
        switch (step) {
            case Step.None _, Step.Wait _, Step.RecordMade _, Step.RecordFailed _, Step.RecordProven _ -> {}
            case Step.Hold _ -> finalizers(backup, list -> list.add(MainstayApi.BACKUP_FINALIZER));
            case Step.Create _ -> means.tasks().start(create(seen));
            case Step.Verify _ -> means.tasks().start(verify(seen));
            case Step.StopCreating _ -> means.tasks().clear(namespace, job(backup, "create"));
            case Step.Delete _ -> means.tasks().start(delete(seen));
            case Step.ClearDelete _ -> means.tasks().clear(namespace, job(backup, "delete"));
            case Step.Release release -> {
                if (!release.left().isEmpty()) {
                    means.tell(backup, true, "BackupLeft", release.left());
                }
                finalizers(backup, list -> list.remove(MainstayApi.BACKUP_FINALIZER));
            }
        }
    }

    private void finalizers(EtcdBackup backup, Consumer<List<String>> change) {
        List<String> finalizers = new ArrayList<>(backup.getMetadata().getFinalizers());
        change.accept(finalizers);
        backup.getMetadata().setFinalizers(finalizers);
        var _ = means.kubernetes().resource(backup).update();
    }

    private Task create(Seen seen) {
        EtcdBackupSpec spec = seen.backup().getSpec();
        EtcdCluster cluster = Objects.requireNonNull(seen.cluster());
        List<String> command = new ArrayList<>();
        command.add("create");
        command.add("--from="
                + switch (spec.source()) {
                    case PREFER_FOLLOWER -> "follower";
                    case LEADER -> "leader";
                    case ANY -> "any";
                });
        if (spec.compression() == EtcdBackupSpec.Compression.NONE) {
            command.add("--compression-level=0");
        }
        command.add("--tags=etcdbackup=" + seen.backup().getMetadata().getName() + ",uid="
                + seen.backup().getMetadata().getUid());
        return task(seen, "create", command, Duration.ofSeconds(spec.timeoutSeconds()))
                .calling(ClusterAccess.of(cluster));
    }

    private Task verify(Seen seen) {
        EtcdBackupSpec spec = seen.backup().getSpec();
        boolean restores = spec.verification() == EtcdBackupSpec.Verification.RESTORE;
        Task task = task(
                seen,
                "verify",
                List.of("verify", stored(seen), "--mode=" + (restores ? "restore" : "checksum")),
                Duration.ofSeconds(spec.timeoutSeconds()));
        return restores ? task.withScratch() : task;
    }

    private Task delete(Seen seen) {
        return task(seen, "delete", List.of("delete", stored(seen)), DELETE_DEADLINE);
    }

    /** Its name in the store, of the status or, if that came too late, of the job. */
    private static String stored(Seen seen) {
        String id = Backups.id(seen.backup());
        return id != null ? id : Objects.requireNonNull(seen.create().text("id"));
    }

    private Task task(Seen seen, String what, List<String> command, Duration deadline) {
        return Task.of(
                job(seen.backup(), what),
                seen.backup(),
                means.image(seen.cluster()),
                seen.store().usable(),
                Backups.path(seen.backup()),
                command,
                deadline);
    }
}
