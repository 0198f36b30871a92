package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Runs a pass when something about a cluster changes, and again after a while. Informers only say when; what there is, is asked anew. */
@ControllerConfiguration(name = "cluster", finalizerName = MainstayApi.GROUP + "/cluster")
@GradualRetry(maxAttempts = Integer.MAX_VALUE, maxInterval = ClusterReconciler.LONGEST_RETRY)
public final class ClusterReconciler implements Reconciler<EtcdCluster>, Cleaner<EtcdCluster> {

    private static final Logger LOG = Logger.getLogger(ClusterReconciler.class);

    /** Longest time between tries of what fails, milliseconds: no longer than between looks at a cluster at rest, or about. */
    static final long LONGEST_RETRY = 30_000;

    private static final Duration NEXT_STEP = Duration.ofMillis(200);
    private static final Duration WAITING = Duration.ofSeconds(2);
    private static final Duration AT_REST = Duration.ofSeconds(20);

    private final ClusterPass pass;

    /** Runs passes of {@code pass}. */
    public ClusterReconciler(ClusterPass pass) {
        this.pass = pass;
    }

    @Override
    public List<EventSource<?, EtcdCluster>> prepareEventSources(EventSourceContext<EtcdCluster> context) {
        return List.of(
                source(EtcdMember.class, context),
                source(Pod.class, context),
                source(PersistentVolumeClaim.class, context),
                source(Job.class, context));
    }

    private static <R extends HasMetadata> EventSource<R, EtcdCluster> source(
            Class<R> type, EventSourceContext<EtcdCluster> context) {
        return new InformerEventSource<>(
                InformerEventSourceConfiguration.from(type, EtcdCluster.class)
                        .withLabelSelector(MainstayApi.CLUSTER_LABEL)
                        .withSecondaryToPrimaryMapper(object -> Set.of(new ResourceID(
                                object.getMetadata().getLabels().get(MainstayApi.CLUSTER_LABEL),
                                object.getMetadata().getNamespace())))
                        .build(),
                context);
    }

    @Override
    public UpdateControl<EtcdCluster> reconcile(EtcdCluster cluster, Context<EtcdCluster> context) {
        Optional<Decision> decision = run(cluster);
        return UpdateControl.<EtcdCluster>noUpdate().rescheduleAfter(next(decision));
    }

    @Override
    public DeleteControl cleanup(EtcdCluster cluster, Context<EtcdCluster> context) {
        Optional<Decision> decision = run(cluster);
        boolean done = decision.isEmpty() || decision.get().action() instanceof Action.Idle;
        return done
                ? DeleteControl.defaultDelete()
                : DeleteControl.noFinalizerRemoval().rescheduleAfter(NEXT_STEP);
    }

    private Optional<Decision> run(EtcdCluster cluster) {
        Optional<Decision> decision = pass.run(
                cluster.getMetadata().getNamespace(), cluster.getMetadata().getName());
        decision.filter(made -> !(made.action() instanceof Action.Idle) && !(made.action() instanceof Action.Wait))
                .ifPresent(made -> LOG.infof(
                        "%s/%s: %s",
                        cluster.getMetadata().getNamespace(),
                        cluster.getMetadata().getName(),
                        made.explained()));
        return decision;
    }

    private static Duration next(Optional<Decision> decision) {
        return switch (decision.map(Decision::action).orElse(new Action.Idle())) {
            case Action.Idle _ -> AT_REST;
            case Action.Wait wait
            when wait.blocker() == Action.Blocker.HIBERNATED || wait.blocker() == Action.Blocker.WINDOW -> AT_REST;
            case Action.Wait _ -> WAITING;
            default -> NEXT_STEP;
        };
    }
}
