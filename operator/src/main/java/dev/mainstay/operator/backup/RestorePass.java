package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.DeletionPolicy;
import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSpec;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import dev.mainstay.api.v1alpha1.EtcdRestoreSpec;
import dev.mainstay.api.v1alpha1.EtcdRestoreStatus;
import dev.mainstay.api.v1alpha1.NameRef;
import dev.mainstay.api.v1alpha1.PointInTime;
import dev.mainstay.api.v1alpha1.Storage;
import dev.mainstay.operator.backup.engine.BackupEngine.Obstacle;
import dev.mainstay.operator.backup.engine.RestoreEngine;
import dev.mainstay.operator.backup.engine.RestoreEngine.Step;
import dev.mainstay.operator.backup.engine.StoreView;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.cluster.desired.Joining;
import dev.mainstay.operator.report.ConditionNews;
import dev.mainstay.operator.report.Conditions;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Task;
import dev.mainstay.operator.task.TaskNames;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One look at a restore in place: source, safety backup, then one write that has the cluster begin anew; the rest is the cluster's own engine's. */
public final class RestorePass {

    /** More than a cluster writes between the backup and its end: a million changes a second for a quarter of an hour. */
    private static final String BUMP = "1000000000";

    private static final String SUCCEEDED = "Succeeded";
    private static final Set<String> EXPECTED =
            Set.of("CheckingSource", "TakingSafetyBackup", "Fencing", "Rebuilding", "ScalingOut");
    private static final Duration DEADLINE = Duration.ofHours(6);
    private static final int CONFLICT = 409;

    private final Means means;
    private final RestoreEngine engine = new RestoreEngine();

    /** With these means. */
    public RestorePass(Means means) {
        this.means = means;
    }

    /** What was seen of a restore. */
    private record Seen(
            EtcdRestore restore,
            @Nullable EtcdCluster cluster,
            RestoreSource source,
            Stores.@Nullable Found store,
            @Nullable EtcdBackup safety,
            TaskView check) {

        String namespace() {
            return restore.getMetadata().getNamespace();
        }

        EtcdRestoreStatus status() {
            return Objects.requireNonNullElse(restore.getStatus(), EtcdRestoreStatus.EMPTY);
        }

        EtcdClusterStatus clusterStatus() {
            return cluster == null
                    ? EtcdClusterStatus.EMPTY
                    : Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        }

        boolean begun() {
            EtcdClusterStatus.Restored restored = clusterStatus().restore();
            return restored != null
                    && restored.name().equals(restore.getMetadata().getName())
                    && incarnation() == Objects.requireNonNullElse(status().incarnation(), 0);
        }

        /** That of the cluster now. */
        int incarnation() {
            return Objects.requireNonNullElse(clusterStatus().incarnation(), 1);
        }
    }

    /** Does one step; when to look again. */
    public Duration run(String namespace, String name) {
        EtcdRestore restore = means.kubernetes()
                .resources(EtcdRestore.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (restore == null) {
            return Again.AT_REST;
        }
        Seen seen = look(restore);
        Step step = engine.decide(view(seen));
        report(seen, step);
        if (step instanceof Step.None) {
            return Again.AT_REST;
        }
        if (step instanceof Step.Wait) {
            return seen.begun() ? Duration.ofSeconds(3) : Again.WHILE_RUNNING;
        }
        means.act(restore, step.getClass().getSimpleName(), () -> carryOut(seen, step));
        return Again.AT_ONCE;
    }

    private Seen look(EtcdRestore restore) {
        String namespace = restore.getMetadata().getNamespace();
        RestoreSource source = RestoreSource.of(restore, name -> backup(namespace, name));
        return new Seen(
                restore,
                means.cluster(namespace, restore.getSpec().clusterRef().name()),
                source,
                source.problem() == null ? means.stores().find(namespace, source.store()) : null,
                backup(namespace, safetyName(restore)),
                means.tasks().look(namespace, checkJob(restore)));
    }

    private @Nullable EtcdBackup backup(String namespace, String name) {
        return means.kubernetes()
                .resources(EtcdBackup.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    private static String safetyName(EtcdRestore restore) {
        return TaskNames.of(
                restore.getSpec().clusterRef().name(),
                "before-" + restore.getMetadata().getName());
    }

    private static String checkJob(EtcdRestore restore) {
        return TaskNames.of(restore.getMetadata().getName(), "check");
    }

    private RestoreEngine.View view(Seen seen) {
        EtcdRestoreSpec spec = seen.restore().getSpec();
        Obstacle problem = seen.source().problem();
        Obstacle impossible = impossible(seen);
        if (impossible == null && problem != null && !seen.source().passes()) {
            impossible = problem;
        }
        return new RestoreEngine.View(
                ended(seen.status()),
                seen.restore().getMetadata().getDeletionTimestamp() != null,
                impossible,
                problem != null && seen.source().passes() ? problem : obstacle(seen),
                seen.store() == null ? StoreView.USABLE : seen.store().view(),
                seen.status().sourceID() != null,
                seen.check(),
                RestoreEngine.Safety.valueOf(spec.safetyBackup().name()),
                state(seen.safety()),
                why(seen.safety()),
                seen.begun(),
                settled(seen),
                progress(seen));
    }

    private static boolean ended(EtcdRestoreStatus status) {
        return status.conditions().stream()
                .anyMatch(
                        condition -> SUCCEEDED.equals(condition.getType()) && !"Unknown".equals(condition.getStatus()));
    }

    private static @Nullable Obstacle impossible(Seen seen) {
        EtcdCluster cluster = seen.cluster();
        Integer own = seen.status().incarnation();
        if (own != null && seen.incarnation() >= own && !seen.begun()) {
            return new Obstacle(
                    "Superseded",
                    "another EtcdRestore replaced what this one brought back, or the cluster was made anew: make another"
                            + " if this is still wanted");
        }
        return cluster != null && cluster.getSpec().storage().type() != Storage.Type.PERSISTENT_VOLUME_CLAIM
                ? new Obstacle(
                        "InvalidSpec", "a backup is restored into a volume, and the cluster's storage is EmptyDir")
                : null;
    }

    private @Nullable Obstacle obstacle(Seen seen) {
        EtcdCluster cluster = seen.cluster();
        String name = seen.restore().getSpec().clusterRef().name();
        if (cluster == null) {
            return ClusterObstacles.missing(name);
        }
        if (cluster.getMetadata().getDeletionTimestamp() != null) {
            return new Obstacle("ClusterUnavailable", "cluster " + name + " is being deleted");
        }
        if (cluster.getSpec().paused()) {
            return new Obstacle("ClusterUnavailable", "cluster " + name + " is paused: set spec.paused to false");
        }
        if (cluster.getSpec().replicas() == 0) {
            return new Obstacle(
                    "ClusterUnavailable", "cluster " + name + " hibernates: set its spec.replicas to wake it");
        }
        if (Joining.underWay(cluster).isPresent()) {
            return new Obstacle(
                    "ClusterUnavailable",
                    "members of cluster " + name
                            + " have joined another cluster, which would be left without them: see its"
                            + " condition Migrated for how that is left");
        }
        EtcdClusterStatus status = seen.clusterStatus();
        EtcdClusterStatus.Restored other = status.restore();
        if (status.clusterID() == null && (other == null || other.name().isEmpty())) {
            return new Obstacle("ClusterUnavailable", "cluster " + name + " hasn't begun yet");
        }
        if (status.clusterID() == null && other != null && isThere(seen, other.name())) {
            return new Obstacle(
                    "ClusterUnavailable",
                    "EtcdRestore " + other.name() + " is under way: if it can't come to an end, delete it, and this one"
                            + " goes on instead");
        }
        return null;
    }

    /** Whether there is another restore of this name. */
    private boolean isThere(Seen seen, String name) {
        return !name.equals(seen.restore().getMetadata().getName())
                && means.kubernetes()
                                .resources(EtcdRestore.class)
                                .inNamespace(seen.namespace())
                                .withName(name)
                                .get()
                        != null;
    }

    private static TaskView.State state(@Nullable EtcdBackup backup) {
        if (backup == null) {
            return TaskView.State.ABSENT;
        }
        Boolean made = Backups.decided(Backups.status(backup), Backups.SUCCEEDED);
        if (made == null) {
            return TaskView.State.RUNNING;
        }
        return made ? TaskView.State.SUCCEEDED : TaskView.State.FAILED;
    }

    private static String why(@Nullable EtcdBackup backup) {
        return backup == null
                ? ""
                : Backups.condition(Backups.status(backup), Backups.SUCCEEDED)
                        .map(Condition::getMessage)
                        .orElse("");
    }

    /** Whether the cluster is whole again, by what its own status says of the generation of now. */
    private static boolean settled(Seen seen) {
        EtcdClusterStatus status = seen.clusterStatus();
        return seen.begun() && status.clusterID() != null && is(status, "Ready");
    }

    private static boolean is(EtcdClusterStatus status, String type) {
        return condition(status, type)
                .filter(condition -> "True".equals(condition.getStatus()))
                .isPresent();
    }

    private static Optional<Condition> condition(EtcdClusterStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    private static Obstacle progress(Seen seen) {
        EtcdClusterStatus status = seen.clusterStatus();
        String message = condition(status, "Ready").map(Condition::getMessage).orElse("");
        if (status.clusterID() != null) {
            return new Obstacle("ScalingOut", "the first member serves; " + message);
        }
        boolean stops = status.operation() != null
                && Set.of("Suspend", "DeletePod")
                        .contains(Objects.requireNonNullElse(status.operation().step(), ""));
        return new Obstacle(stops ? "Fencing" : "Rebuilding", message);
    }

    private void report(Seen seen, Step step) {
        EtcdRestoreStatus before = seen.status();
        EtcdRestoreStatus after = switch (step) {
            case Step.None _ -> before;
            case Step.Wait wait -> with(seen, null, wait.reason(), wait.why());
            case Step.Fail fail -> with(seen, false, fail.reason(), fail.why());
            case Step.Check _ -> with(seen, null, "CheckingSource", "the source is being read");
            case Step.RecordChecked _ -> checked(seen);
            case Step.BackUp _ -> with(seen, null, "TakingSafetyBackup", "what is thrown away is being backed up");
            case Step.Begin _ -> beginning(seen);
            case Step.RecordDone _ -> done(seen);
        };
        if (!after.equals(before)) {
            seen.restore().setStatus(after);
            means.written(seen.restore());
            means.tell(seen.restore(), ConditionNews.of(before.conditions(), after.conditions(), EXPECTED));
        }
    }

    /** Says which incarnation it begins before it does, so that it begins one and no other. */
    private EtcdRestoreStatus beginning(Seen seen) {
        EtcdRestoreStatus status = with(seen, null, "Fencing", "members stop; their volumes stay until all is done");
        return new EtcdRestoreStatus(
                status.restoredRevision(),
                null,
                status.sourceID(),
                status.safetyBackup(),
                seen.incarnation() + 1,
                null,
                status.conditions());
    }

    private List<Condition> conditions(Seen seen, @Nullable Boolean done, String reason, String why) {
        Conditions conditions = new Conditions(
                seen.status().conditions(),
                means.now(),
                seen.restore().getMetadata().getGeneration());
        conditions.set(SUCCEEDED, done, reason, why);
        return conditions.list();
    }

    private EtcdRestoreStatus with(Seen seen, @Nullable Boolean done, String reason, String why) {
        EtcdRestoreStatus before = seen.status();
        return new EtcdRestoreStatus(
                before.restoredRevision(),
                before.resultingRevision(),
                before.sourceID(),
                seen.safety() == null
                        ? before.safetyBackup()
                        : seen.safety().getMetadata().getName(),
                before.incarnation(),
                before.newClusterID(),
                conditions(seen, done, reason, why));
    }

    private EtcdRestoreStatus checked(Seen seen) {
        String id = Objects.requireNonNullElse(
                seen.check().text("id"), seen.source().backup());
        PointInTime target = seen.source().target();
        String revision = seen.source().archived() ? null : seen.check().text("revision");
        return new EtcdRestoreStatus(
                target == null ? revision : target.revision(),
                null,
                id,
                null,
                null,
                null,
                conditions(
                        seen,
                        null,
                        "CheckingSource",
                        "backup " + id
                                + (target == null ? " is whole" : " and what the archive holds behind it are whole")));
    }

    private EtcdRestoreStatus done(Seen seen) {
        EtcdRestoreStatus before = seen.status();
        EtcdClusterStatus cluster = seen.clusterStatus();
        String revision = cluster.restore() == null ? null : cluster.restore().revision();
        return new EtcdRestoreStatus(
                before.restoredRevision() == null ? unbumped(cluster.restore()) : before.restoredRevision(),
                revision,
                before.sourceID(),
                before.safetyBackup(),
                before.incarnation(),
                cluster.clusterID(),
                conditions(
                        seen,
                        true,
                        "Completed",
                        "cluster " + seen.restore().getSpec().clusterRef().name() + " is whole again, with the id "
                                + cluster.clusterID()));
    }

    /** What was brought back, of what the cluster went on with. */
    private static @Nullable String unbumped(EtcdClusterStatus.@Nullable Restored restored) {
        if (restored == null || restored.revision() == null) {
            return null;
        }
        long bump = restored.bumpedBy() == null ? 0 : Long.parseLong(restored.bumpedBy());
        return Long.toString(Long.parseLong(restored.revision()) - bump);
    }

    private void carryOut(Seen seen, Step step) {
        EtcdRestore restore = seen.restore();
        switch (step) {
            case Step.None _, Step.Wait _, Step.RecordDone _ -> {}
            case Step.Fail _, Step.RecordChecked _ -> means.tasks().clear(seen.namespace(), checkJob(restore));
            case Step.Check _ ->
                means.tasks()
                        .start(Task.of(
                                checkJob(restore),
                                restore,
                                means.image(seen.cluster()),
                                Objects.requireNonNull(seen.store()).usable(),
                                seen.source().path(),
                                seen.source().check(),
                                DEADLINE));
            case Step.BackUp _ -> backUp(seen);
            case Step.Begin _ -> begin(seen);
        }
    }

    private void backUp(Seen seen) {
        EtcdRestore restore = seen.restore();
        EtcdBackup backup = new EtcdBackup();
        backup.setMetadata(new ObjectMetaBuilder()
                .withName(safetyName(restore))
                .withNamespace(seen.namespace())
                .build());
        boolean required = restore.getSpec().safetyBackup() == EtcdRestoreSpec.SafetyBackup.REQUIRED;
        backup.setSpec(new EtcdBackupSpec(
                restore.getSpec().clusterRef(),
                new NameRef(seen.source().store()),
                EtcdBackupSpec.Source.ANY,
                EtcdBackupSpec.Compression.ZSTD,
                required ? 3600 : 600,
                EtcdBackupSpec.Verification.NONE,
                DeletionPolicy.RETAIN));
        try {
            var _ = means.kubernetes().resource(backup).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }

    /** One write, on the version that was seen: of two restores one begins. */
    private void begin(Seen seen) {
        EtcdCluster cluster = Objects.requireNonNull(seen.cluster());
        EtcdClusterStatus status = seen.clusterStatus();
        RestoreSource source = seen.source();
        String id = Objects.requireNonNullElse(seen.status().sourceID(), source.backup());
        boolean bumps = seen.restore().getSpec().revisionPolicy() == EtcdRestoreSpec.RevisionPolicy.BUMP;
        EtcdClusterStatus.Restored restored = new EtcdClusterStatus.Restored(
                seen.restore().getMetadata().getName(),
                source.store(),
                source.path(),
                source.begins(id),
                source.target(),
                bumps ? BUMP : null,
                status.clusterID() != null || status.restore() == null
                        ? status.clusterID()
                        : status.restore().formerClusterID(),
                null);
        cluster.setStatus(status.restoring(restored));
        means.written(cluster);
        means.tell(
                cluster,
                true,
                "RestoreBegins",
                "EtcdRestore " + seen.restore().getMetadata().getName() + " brings back " + restored.described()
                        + ": members stop, and their volumes stay until the cluster is whole again");
    }
}
