package dev.mainstay.operator.backup;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.desired.NodeImage;
import dev.mainstay.operator.report.EventLog;
import dev.mainstay.operator.report.News;
import dev.mainstay.operator.task.Stores;
import dev.mainstay.operator.task.Tasks;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What passes work with.
 *
 * @param kubernetes the API server
 * @param clock what time it is
 * @param repository of the node's image, unless a cluster names another
 * @param version of the node, where there is no cluster to say it
 * @param meters counts
 */
public record Means(
        KubernetesClient kubernetes, InstantSource clock, String repository, String version, MeterRegistry meters) {

    private static final int CONFLICT = 409;

    Tasks tasks() {
        return new Tasks(kubernetes);
    }

    Stores stores() {
        return new Stores(kubernetes);
    }

    Instant now() {
        return clock.instant();
    }

    @Nullable
    EtcdCluster cluster(String namespace, String name) {
        return kubernetes
                .resources(EtcdCluster.class)
                .inNamespace(namespace)
                .withName(name)
                .get();
    }

    /** The image for work on a cluster: the version that it runs; without a cluster the operator's own. */
    NodeImage image(@Nullable EtcdCluster cluster) {
        if (cluster == null) {
            return NodeImage.of(repository, version);
        }
        String running =
                cluster.getStatus() == null ? null : cluster.getStatus().version();
        return NodeImage.of(
                cluster,
                repository,
                Objects.requireNonNullElse(running, cluster.getSpec().version()));
    }

    void tell(HasMetadata object, List<News> news) {
        EventLog log = new EventLog(kubernetes, meters);
        news.forEach(one -> log.tell(object, one, now()));
    }

    void tell(HasMetadata object, boolean warning, String reason, String message) {
        tell(object, List.of(new News(warning, reason, message)));
    }

    /** Does one step of an object's, counts it, and tells why it couldn't be done. */
    void act(HasMetadata object, String step, Runnable effect) {
        try {
            effect.run();
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                Status status = e.getStatus();
                tell(
                        object,
                        true,
                        "StepFailed",
                        step + ", which is tried again: "
                                + (status != null && status.getMessage() != null
                                        ? status.getMessage()
                                        : e.getMessage()));
            }
            throw e;
        }
        meters.counter("etcd_operator_step", "rule", object.getKind(), "step", step, "result", "done")
                .increment();
    }

    /** Writes the status of an object that was read, on the version that was read. */
    <T extends HasMetadata> void written(T object) {
        T now = kubernetes.resource(object).updateStatus();
        object.getMetadata().setResourceVersion(now.getMetadata().getResourceVersion());
    }
}
