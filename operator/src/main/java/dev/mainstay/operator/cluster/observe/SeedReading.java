package dev.mainstay.operator.cluster.observe;

import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.operator.backup.engine.TaskView;
import dev.mainstay.operator.cluster.engine.Seed;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.TaskNames;
import dev.mainstay.operator.task.Tasks;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sees what the first member of an incarnation begins with, and how far that is. */
public final class SeedReading {

    /** How long after a restore that failed the next try is. */
    private static final Duration AGAIN = Duration.ofMinutes(2);

    private final KubernetesClient kubernetes;

    /** By {@code kubernetes}. */
    public SeedReading(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /**
     * What {@code spec.bootstrap} comes to.
     *
     * @param found the backup; null if it can't be said
     * @param problem why not, and what to do about it
     */
    public record Source(EtcdClusterStatus.@Nullable Restored found, String problem) {}

    /** The job that restores into a volume: another volume is another job. */
    public static String job(String member, PersistentVolumeClaim claim) {
        String uid = Objects.requireNonNullElse(claim.getMetadata().getUid(), "");
        return TaskNames.of(member, "restore-" + uid.substring(0, Math.min(8, uid.length())));
    }

    /** How far it is. */
    public Seed seed(
            EtcdCluster cluster,
            int incarnation,
            Collection<EtcdMember> members,
            Map<String, PersistentVolumeClaim> claims,
            Instant now) {
        EtcdClusterStatus status = Objects.requireNonNullElse(cluster.getStatus(), EtcdClusterStatus.EMPTY);
        EtcdClusterStatus.Restored source = status.restore();
        Bootstrap bootstrap = cluster.getSpec().bootstrap();
        boolean backup = bootstrap != null && bootstrap.existing() == null;
        if (status.clusterID() != null || (source == null && !backup)) {
            return Seed.NONE;
        }
        if (source == null) {
            Source wanted = source(cluster);
            return wanted.found() == null
                    ? new Seed(Seed.State.BLOCKED, wanted.problem())
                    : new Seed(Seed.State.FOUND, "");
        }
        Optional<EtcdMember> first = members.stream()
                .filter(member -> member.getSpec().incarnation() == incarnation)
                .filter(member -> member.getSpec().join() != EtcdMemberSpec.Join.LEARNER)
                .findFirst();
        PersistentVolumeClaim claim = first.map(member ->
                        claims.get(Objects.requireNonNullElse(member.getSpec().volumeClaimName(), "")))
                .orElse(null);
        if (claim == null) {
            return new Seed(Seed.State.READY, "");
        }
        String namespace = cluster.getMetadata().getNamespace();
        TaskView task = new Tasks(kubernetes)
                .look(namespace, job(first.orElseThrow().getMetadata().getName(), claim));
        return switch (task.state()) {
            case ABSENT -> begin(namespace, source);
            case RUNNING ->
                new Seed(
                        Seed.State.RUNNING,
                        "backup " + source.backup() + " is being restored"
                                + (task.why().isEmpty() ? "" : "; " + task.why()));
            case SUCCEEDED -> new Seed(Seed.State.DONE, "");
            case FAILED, LATE -> {
                Instant ended = task.ended();
                boolean again = ended == null || !ended.plus(AGAIN).isAfter(now);
                yield new Seed(
                        again ? Seed.State.RETRY : Seed.State.FAILED,
                        "backup " + source.backup() + " couldn't be restored, which is tried again: " + task.why());
            }
        };
    }

    private Seed begin(String namespace, EtcdClusterStatus.Restored source) {
        Stores.Found store = new Stores(kubernetes).find(namespace, source.store());
        return store.view().isUsable()
                ? new Seed(Seed.State.READY, "")
                : new Seed(Seed.State.BLOCKED, store.view().why());
    }

    /** What {@code spec.bootstrap} comes to. */
    public Source source(EtcdCluster cluster) {
        Bootstrap bootstrap = Objects.requireNonNull(cluster.getSpec().bootstrap());
        if (bootstrap.archive() != null) {
            Bootstrap.FromArchive archive = bootstrap.archive();
            return new Source(
                    new EtcdClusterStatus.Restored(
                            "",
                            archive.storeRef().name(),
                            archive.path().replaceAll("^/+|/+$", ""),
                            "latest",
                            archive.target(),
                            null,
                            null,
                            null),
                    "");
        }
        String name = Objects.requireNonNull(bootstrap.backup()).backupRef().name();
        EtcdBackup backup = kubernetes
                .resources(EtcdBackup.class)
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(name)
                .get();
        if (backup == null) {
            return new Source(
                    null,
                    "there is no EtcdBackup " + name + " in this namespace: make it, or delete the cluster and name"
                            + " another or what is in a store (bootstrap.archive)");
        }
        EtcdBackupStatus status = Objects.requireNonNullElse(backup.getStatus(), EtcdBackupStatus.EMPTY);
        EtcdBackupStatus.Artifact artifact = status.artifact();
        if (artifact == null || artifact.id() == null) {
            return new Source(
                    null,
                    "EtcdBackup " + name + " isn't complete: "
                            + status.conditions().stream()
                                    .filter(condition -> "Succeeded".equals(condition.getType()))
                                    .map(Condition::getMessage)
                                    .findFirst()
                                    .orElse("it hasn't begun"));
        }
        return new Source(
                new EtcdClusterStatus.Restored(
                        "",
                        backup.getSpec().storeRef().name(),
                        backup.getSpec().clusterRef().name(),
                        artifact.id(),
                        null,
                        null,
                        null,
                        null),
                "");
    }
}
