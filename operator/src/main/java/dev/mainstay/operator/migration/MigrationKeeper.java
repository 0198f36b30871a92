package dev.mainstay.operator.migration;

import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.Joining;
import dev.mainstay.operator.cluster.desired.NodeImage;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.migration.plan.JoinPlan;
import dev.mainstay.operator.migration.plan.MigrationPlan;
import dev.mainstay.operator.migration.plan.MigrationStep;
import dev.mainstay.operator.migration.plan.MigrationVerdict;
import dev.mainstay.operator.migration.plan.MigrationView;
import dev.mainstay.operator.task.Tasks;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** Lets a cluster with {@code bootstrap.existing} take over its source's data. Beside the engine: what is done here starts and stops no member. */
public final class MigrationKeeper {

    private static final int CONFLICT = 409;

    private final KubernetesClient kubernetes;
    private final String repository;
    private final Tasks tasks;

    /** By {@code kubernetes}; jobs are of images from {@code repository}. */
    public MigrationKeeper(KubernetesClient kubernetes, String repository) {
        this.kubernetes = kubernetes;
        this.repository = repository;
        this.tasks = new Tasks(kubernetes);
    }

    /** Whether a cluster takes over another's data and hasn't done so yet. */
    public static boolean isUnderWay(EtcdCluster cluster) {
        return isWanted(cluster) && Joining.left(cluster).isEmpty();
    }

    /**
     * Does what is next, and says how things are then; empty for a cluster that takes nothing over.
     *
     * @param change whether anything may be changed
     */
    public Optional<MigrationVerdict> keep(Seen seen, boolean change) {
        EtcdCluster cluster = seen.cluster();
        if (Joining.wanted(cluster).isPresent()) {
            return Optional.of(
                    new JoinPlan(cluster.getMetadata().getName(), MainstayApi.CUT_OVER).verdict(joining(seen)));
        }
        if (!isWanted(cluster)) {
            return Optional.empty();
        }
        SourceReading.Source source = new SourceReading(kubernetes).of(cluster);
        MigrationStep step =
                new MigrationPlan(cluster.getMetadata().getName(), MainstayApi.CUT_OVER).next(view(seen, source));
        if (change) {
            act(seen, source, step.act());
        }
        return Optional.of(step.says());
    }

    private static JoinPlan.View joining(Seen seen) {
        List<ClusterView.Listed> list = seen.observation().cluster().list();
        int others =
                (int) list.stream().filter(listed -> listed.name().isEmpty()).count();
        int voters = (int) list.stream()
                .filter(listed -> !listed.name().isEmpty() && !listed.learner())
                .count();
        return new JoinPlan.View(
                Joining.left(seen.cluster())
                        .orElse(
                                Joining.underWay(seen.cluster()).isPresent()
                                        ? ""
                                        : "it was begun anew without the others"),
                seen.strangers().problem(),
                seen.observation().recorded().clusterId() != null,
                seen.observation().cluster().agreed(),
                voters,
                seen.observation().wanted().replicas(),
                others,
                seen.strangers().leave());
    }

    private static boolean isWanted(EtcdCluster cluster) {
        return Joining.wanted(cluster, Bootstrap.FromExisting.Mode.MIRROR).isPresent();
    }

    private MigrationView view(Seen seen, SourceReading.Source source) {
        EtcdCluster cluster = seen.cluster();
        String namespace = cluster.getMetadata().getNamespace();
        Optional<Condition> before = Joining.condition(cluster);
        int wanted = seen.observation().wanted().replicas();
        long voters = seen.observation().cluster().list().stream()
                .filter(listed -> !listed.learner())
                .count();
        long serving = seen.observation().members().stream()
                .filter(MemberView::serving)
                .count();
        return new MigrationView(
                Joining.left(cluster).orElse(""),
                before.isPresent() && !"WaitingForMembers".equals(before.get().getReason()),
                wanted > 0 && voters >= wanted && serving >= wanted,
                source.problem(),
                Joining.mayLeave(cluster, source.from()),
                tasks.look(namespace, MigrationJob.name(cluster, false)),
                tasks.look(namespace, MigrationJob.name(cluster, true)),
                seen.observation().now());
    }

    private void act(Seen seen, SourceReading.Source source, MigrationStep.Act act) {
        EtcdCluster cluster = seen.cluster();
        MigrationJob job = new MigrationJob(
                cluster, NodeImage.of(cluster, repository, cluster.getSpec().version()), source);
        switch (act) {
            case NONE -> {}
            case FOLLOW, LEAVE -> {
                create(job.scratch());
                create(job.job(act == MigrationStep.Act.LEAVE));
            }
            case STOP -> stop(cluster);
            case CLEAN -> {
                stop(cluster);
                var _ = kubernetes
                        .persistentVolumeClaims()
                        .inNamespace(cluster.getMetadata().getNamespace())
                        .withName(MigrationJob.claim(cluster))
                        .delete();
            }
        }
    }

    private void stop(EtcdCluster cluster) {
        String namespace = cluster.getMetadata().getNamespace();
        tasks.clear(namespace, MigrationJob.name(cluster, false));
        tasks.clear(namespace, MigrationJob.name(cluster, true));
    }

    /** One of its name that is there is taken for it. */
    private void create(HasMetadata object) {
        try {
            var _ = kubernetes.resource(object).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
    }
}
