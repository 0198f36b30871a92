package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSpec;
import dev.mainstay.api.v1alpha1.EtcdBackupStatus;
import dev.mainstay.operator.backup.engine.BackupEngine.Step;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.report.Conditions;
import dev.mainstay.operator.task.StoreAccess;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The status of a backup: pure, and the same while nothing changes. */
final class BackupReport {

    private final EtcdBackup backup;
    private final EtcdBackupStatus before;
    private final Instant now;

    BackupReport(EtcdBackup backup, Instant now) {
        this.backup = backup;
        this.before = Backups.status(backup);
        this.now = now;
    }

    /** The status to write before a step is done. */
    EtcdBackupStatus of(Step step, TaskView create, TaskView verify, @Nullable StoreAccess store) {
        return switch (step) {
            case Step.Hold _ -> undecided("Pending", "it is about to begin", before.startTime());
            case Step.Create _ ->
                undecided(
                        "Running",
                        "the backup is being made",
                        Objects.requireNonNullElse(before.startTime(), seconds(now)));
            case Step.Wait wait -> waiting(wait);
            case Step.RecordMade _ -> made(create, Objects.requireNonNull(store));
            case Step.RecordFailed failed -> failed(failed, create);
            case Step.RecordProven proven -> proven(proven, verify);
            case Step.Verify _ -> proof(null, "Running", "it is being proven", before.verification());
            default -> before;
        };
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private EtcdBackupStatus waiting(Step.Wait wait) {
        if (Backups.decided(before, Backups.SUCCEEDED) == null) {
            return undecided(wait.reason(), wait.why(), before.startTime());
        }
        return Backups.decided(before, Backups.VERIFIED) == null
                        && backup.getMetadata().getDeletionTimestamp() == null
                ? proof(null, wait.reason(), wait.why(), before.verification())
                : deleting(wait);
    }

    private EtcdBackupStatus undecided(String reason, String why, @Nullable String startTime) {
        Conditions conditions = conditions();
        conditions.set(Backups.SUCCEEDED, null, reason, why);
        return new EtcdBackupStatus(startTime, null, null, null, null, conditions.list());
    }

    /** Of a backup that is being deleted: what it was stays, and what is in the way is told. */
    private EtcdBackupStatus deleting(Step.Wait wait) {
        Conditions conditions = conditions();
        before.conditions().stream()
                .filter(condition -> !"Deletable".equals(condition.getType()))
                .forEach(condition -> keep(conditions, condition));
        boolean runs = wait.reason().equals("Deleting");
        conditions.set("Deletable", runs ? null : Boolean.FALSE, wait.reason(), wait.why());
        return with(before.artifact(), before.verification(), conditions);
    }

    private static void keep(Conditions conditions, Condition condition) {
        conditions.set(
                condition.getType(),
                "Unknown".equals(condition.getStatus()) ? null : Boolean.valueOf("True".equals(condition.getStatus())),
                condition.getReason(),
                condition.getMessage());
    }

    private EtcdBackupStatus made(TaskView create, StoreAccess store) {
        String id = Objects.requireNonNull(create.text("id"));
        Instant end = Objects.requireNonNullElse(create.ended(), now);
        EtcdBackupStatus.Artifact artifact = new EtcdBackupStatus.Artifact(
                store.repository(Backups.path(backup)) + "/backups/" + id,
                id,
                create.number("storedBytes"),
                create.number("addedBytes"),
                create.text("revision"),
                create.text("compactRevision"),
                create.number("hash") == null ? null : Long.toHexString(create.number("hash")),
                !Objects.requireNonNullElse(create.text("keyId"), "").isEmpty());
        Conditions conditions = conditions();
        conditions.set(
                Backups.SUCCEEDED,
                true,
                "Stored",
                "backup " + id + " holds revision " + create.text("revision") + took(end));
        boolean proves = backup.getSpec().verification() != EtcdBackupSpec.Verification.NONE;
        conditions.set(
                Backups.VERIFIED,
                null,
                proves ? "Pending" : "NotRequested",
                proves ? "it is proven next" : "spec.verification is None");
        return new EtcdBackupStatus(
                before.startTime(),
                seconds(end),
                new EtcdBackupStatus.Origin(create.text("memberId"), null, create.text("clusterId")),
                artifact,
                null,
                conditions.list());
    }

    private String took(Instant end) {
        return before.startTime() == null
                ? ""
                : ", taken in "
                        + Math.max(
                                0,
                                Duration.between(Instant.parse(before.startTime()), end)
                                        .toSeconds()) + " s";
    }

    private EtcdBackupStatus failed(Step.RecordFailed failed, TaskView create) {
        Conditions conditions = conditions();
        conditions.set(Backups.SUCCEEDED, false, failed.reason(), failed.why());
        return new EtcdBackupStatus(
                before.startTime(),
                seconds(Objects.requireNonNullElse(create.ended(), now)),
                null,
                null,
                null,
                conditions.list());
    }

    private EtcdBackupStatus proven(Step.RecordProven proven, TaskView verify) {
        Instant end = Objects.requireNonNullElse(verify.ended(), now);
        boolean restored = backup.getSpec().verification() == EtcdBackupSpec.Verification.RESTORE;
        Map<?, ?> found = verify.result().get("verified") instanceof Map<?, ?> map ? map : Map.of();
        Long took = before.completionTime() == null
                ? null
                : Long.valueOf(Math.max(
                        0,
                        Duration.between(Instant.parse(before.completionTime()), end)
                                .toSeconds()));
        EtcdBackupStatus.Proof proof = new EtcdBackupStatus.Proof(
                seconds(end),
                restored && proven.good() ? verify.text("revision") : null,
                restored ? Boolean.valueOf(proven.good()) : null,
                took);
        String reason = proven.good() ? restored ? "RestoreDrillPassed" : "ChecksumOnly" : proven.reason();
        String why = restored
                ? "it was restored aside, and all keys are as they were"
                : "every object of it is as it was written";
        Object findings = found.get("findings");
        boolean says = findings != null && !findings.toString().equals("[]");
        String trouble = says ? "what was found: " + findings : proven.why();
        return proof(proven.good(), reason, proven.good() ? why : trouble, proof);
    }

    private EtcdBackupStatus proof(
            @Nullable Boolean good, String reason, String why, EtcdBackupStatus.@Nullable Proof proof) {
        Conditions conditions = conditions();
        Backups.condition(before, Backups.SUCCEEDED).ifPresent(condition -> keep(conditions, condition));
        conditions.set(Backups.VERIFIED, good, reason, why);
        return with(before.artifact(), proof, conditions);
    }

    private EtcdBackupStatus with(
            EtcdBackupStatus.@Nullable Artifact artifact,
            EtcdBackupStatus.@Nullable Proof proof,
            Conditions conditions) {
        return new EtcdBackupStatus(
                before.startTime(), before.completionTime(), before.source(), artifact, proof, conditions.list());
    }

    private Conditions conditions() {
        return new Conditions(before.conditions(), now, backup.getMetadata().getGeneration());
    }
}
