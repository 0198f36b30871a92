package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.NodeImage;
import dev.mainstay.operator.cluster.desired.RestoreCommand;
import dev.mainstay.operator.cluster.observe.SeedReading;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Task;
import dev.mainstay.operator.task.Tasks;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings a backup into the volume of an incarnation's first member, by a job. */
final class Seeds {

    private static final Duration DEADLINE = Duration.ofHours(12);

    private final KubernetesClient kubernetes;
    private final String repository;

    Seeds(KubernetesClient kubernetes, String repository) {
        this.kubernetes = kubernetes;
        this.repository = repository;
    }

    /** What {@code spec.bootstrap} comes to. */
    EtcdClusterStatus.Restored source(Seen seen) {
        SeedReading.Source source = new SeedReading(kubernetes).source(seen.cluster());
        if (source.found() == null) {
            throw new IllegalStateException(source.problem());
        }
        return source.found();
    }

    /** Starts the job. */
    void restore(Seen seen, String member) {
        EtcdMember owner = Objects.requireNonNull(seen.members().get(member), member);
        EtcdClusterStatus.Restored source =
                Objects.requireNonNull(seen.cluster().getStatus().restore());
        PersistentVolumeClaim claim = claim(owner);
        if (claim == null) {
            throw new IllegalStateException("the volume of " + member + " is gone again");
        }
        Stores.Found store = new Stores(kubernetes).find(namespace(seen), source.store());
        Task task = Task.of(
                        SeedReading.job(member, claim),
                        owner,
                        NodeImage.of(
                                seen.cluster(),
                                repository,
                                seen.cluster().getSpec().version()),
                        store.usable(),
                        source.path(),
                        RestoreCommand.of(seen.cluster(), member, seen.incarnation(), source),
                        DEADLINE)
                .writing(
                        claim.getMetadata().getName(),
                        Map.of(
                                MainstayApi.CLUSTER_LABEL,
                                seen.cluster().getMetadata().getName()));
        new Tasks(kubernetes).start(task);
    }

    /** Takes the job away. */
    void clear(Seen seen) {
        job(seen).ifPresent(job -> new Tasks(kubernetes).clear(namespace(seen), job));
    }

    /** The revision that was restored; null if nobody knows. */
    @Nullable
    String restoredRevision(Seen seen) {
        return job(seen)
                .map(job -> new Tasks(kubernetes).look(namespace(seen), job).text("revision"))
                .orElse(null);
    }

    private Optional<String> job(Seen seen) {
        if (seen.cluster().getStatus() == null || seen.cluster().getStatus().restore() == null) {
            return Optional.empty();
        }
        return seen.members().values().stream()
                .filter(member -> member.getSpec().incarnation() == seen.incarnation())
                .filter(member -> member.getSpec().join() == EtcdMemberSpec.Join.RESTORE)
                .findFirst()
                .flatMap(member -> Optional.ofNullable(claim(member))
                        .map(claim -> SeedReading.job(member.getMetadata().getName(), claim)));
    }

    private @Nullable PersistentVolumeClaim claim(EtcdMember member) {
        String name = member.getSpec().volumeClaimName();
        return name == null
                ? null
                : kubernetes
                        .persistentVolumeClaims()
                        .inNamespace(member.getMetadata().getNamespace())
                        .withName(name)
                        .get();
    }

    private static String namespace(Seen seen) {
        return seen.cluster().getMetadata().getNamespace();
    }
}
