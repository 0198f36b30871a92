package dev.mainstay.operator.server;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.ClusterPass;
import dev.mainstay.operator.tracing.Tracing;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Constants;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Set;

/** What the operator SDK tells of its work: each pass is traced, and clusters that are gone aren't measured any more. Any thread. */
final class Reconciles implements Metrics {

    /** Its passes trace themselves, part by part. */
    private static final Set<String> OWN = Set.of("cluster");

    private final Tracing tracing;
    private final ClusterPass clusters;

    Reconciles(Tracing tracing, ClusterPass clusters) {
        this.tracing = tracing;
        this.clusters = clusters;
    }

    @Override
    public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
        if (OWN.contains(execution.controllerName())) {
            return execution.execute();
        }
        ResourceID object = execution.resourceID();
        return tracing.pass(kind(execution.metadata()), object.getNamespace().orElse(""), object.getName())
                .<T, Exception>whole(execution::execute);
    }

    @Override
    public void cleanupDoneFor(ResourceID object, Map<String, Object> metadata) {
        if (HasMetadata.getKind(EtcdCluster.class).equals(kind(metadata))) {
            clusters.forget(object.getNamespace().orElse(""), object.getName());
        }
    }

    private static String kind(Map<String, Object> metadata) {
        return metadata.get(Constants.RESOURCE_GVK_KEY) instanceof GroupVersionKind kind ? kind.getKind() : "unknown";
    }
}
