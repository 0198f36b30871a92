package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.desired.DesiredMonitoring;
import dev.mainstay.operator.cluster.desired.DesiredObjects;
import dev.mainstay.operator.cluster.desired.Hashes;
import dev.mainstay.operator.cluster.desired.Names;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Keeps the objects whose order doesn't matter as wanted. A hash of what was wanted stands on each, so what the API server adds by itself
 * is no difference, and a steady cluster is written nothing.
 */
final class UnorderedObjects {

    private static final Logger LOG = Logger.getLogger(UnorderedObjects.class);
    private static final String HASH = MainstayApi.GROUP + "/desired-hash";
    private static final int NOT_FOUND = 404;

    /** Leaves alone what we say nothing about. */
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient kubernetes;

    UnorderedObjects(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** Creates or changes what isn't as wanted, and takes away what isn't wanted any more. */
    void apply(EtcdCluster cluster) {
        DesiredObjects desired = new DesiredObjects(cluster);
        Map<String, String> own = Names.labels(cluster.getMetadata().getName());
        desired.unwanted().forEach(unwanted -> remove(kubernetes.resource(unwanted), own::equals));
        desired.all().forEach(wanted -> keep(wanted, kubernetes.resource(wanted)));
        if (kubernetes.supports(DesiredMonitoring.API, DesiredMonitoring.POD_MONITOR)) {
            DesiredMonitoring monitoring = new DesiredMonitoring(cluster);
            // These may carry labels of the user's beside ours.
            monitoring
                    .unwanted()
                    .forEach(unwanted -> remove(
                            monitoring(unwanted), found -> found.entrySet().containsAll(own.entrySet())));
            monitoring.all().forEach(wanted -> keep(wanted, monitoring(wanted)));
        }
    }

    private Resource<GenericKubernetesResource> monitoring(GenericKubernetesResource object) {
        return kubernetes
                .genericKubernetesResources(DesiredMonitoring.API, object.getKind())
                .inNamespace(object.getMetadata().getNamespace())
                .resource(object);
    }

    /** @param ours tells by its labels whether an object is the cluster's, so that one of a user's that has its name stays */
    private static <T extends HasMetadata> void remove(Resource<T> unwanted, Predicate<Map<String, String>> ours) {
        T found = unwanted.get();
        if (found != null
                && ours.test(Objects.requireNonNullElse(found.getMetadata().getLabels(), Map.of()))) {
            var _ = unwanted.delete();
        }
    }

    private static <T extends HasMetadata> void keep(T wanted, Resource<T> place) {
        String hash = Hashes.object(wanted);
        Map<String, String> annotations =
                new TreeMap<>(Objects.requireNonNullElse(wanted.getMetadata().getAnnotations(), Map.of()));
        annotations.put(HASH, hash);
        wanted.getMetadata().setAnnotations(annotations);
        try {
            keep(wanted, place, hash);
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND) {
                throw e;
            }
            LOG.debugf("%s isn't served here", wanted.getKind());
        }
    }

    private static <T extends HasMetadata> void keep(T wanted, Resource<T> place, String hash) {
        T found = place.get();
        if (found == null) {
            var _ = place.create();
            return;
        }
        Map<String, String> annotations =
                Objects.requireNonNullElse(found.getMetadata().getAnnotations(), Map.of());
        if (!hash.equals(annotations.get(HASH))) {
            var _ = place.patch(MERGE, wanted);
        }
    }
}
