package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.certificates.SecretData;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the objects of certificates, each on the version that was read. Labels, annotations, owners, finalizers and further content that others put
 * there stay.
 */
final class TrustWriter {

    private static final int CONFLICT = 409;

    private final KubernetesClient kubernetes;

    TrustWriter(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /**
     * Creates it, or puts it onto what was found. One that is the cluster's, but wasn't found as its labels were taken away, gets these back and is
     * returned as it was.
     *
     * @return what is there now; empty if somebody else's object is in the way
     */
    <T extends HasMetadata> Optional<T> write(T wanted, @Nullable T found) {
        if (found != null) {
            keep(wanted, found);
            return Optional.of(kubernetes.resource(wanted).update());
        }
        try {
            return Optional.of(kubernetes.resource(wanted).create());
        } catch (KubernetesClientException e) {
            if (e.getCode() != CONFLICT) {
                throw e;
            }
        }
        T there = kubernetes.resource(wanted).get();
        if (there == null || !sameOwner(wanted, there)) {
            return Optional.empty();
        }
        Map<String, String> labels = copy(there.getMetadata().getLabels());
        labels.putAll(wanted.getMetadata().getLabels());
        there.getMetadata().setLabels(labels);
        return Optional.of(kubernetes.resource(there).update());
    }

    private static void keep(HasMetadata wanted, HasMetadata found) {
        Map<String, String> labels = copy(found.getMetadata().getLabels());
        labels.putAll(copy(wanted.getMetadata().getLabels()));
        Map<String, String> annotations = copy(found.getMetadata().getAnnotations());
        annotations.keySet().removeIf(key -> key.startsWith(MainstayApi.GROUP + "/"));
        annotations.putAll(copy(wanted.getMetadata().getAnnotations()));
        List<OwnerReference> owners = new ArrayList<>(wanted.getMetadata().getOwnerReferences());
        found.getMetadata().getOwnerReferences().stream()
                .filter(owner -> !owns(wanted, owner))
                .forEach(owners::add);
        wanted.getMetadata().setLabels(labels);
        wanted.getMetadata().setAnnotations(annotations);
        wanted.getMetadata().setOwnerReferences(owners);
        wanted.getMetadata().setFinalizers(found.getMetadata().getFinalizers());
        wanted.getMetadata().setResourceVersion(found.getMetadata().getResourceVersion());
        if (wanted instanceof Secret secret && found instanceof Secret there) {
            secret.setData(content(secret.getData(), there.getData()));
        } else if (wanted instanceof ConfigMap map && found instanceof ConfigMap there) {
            map.setData(content(map.getData(), there.getData()));
            map.setBinaryData(there.getBinaryData());
        }
    }

    private static Map<String, String> content(Map<String, String> wanted, @Nullable Map<String, String> found) {
        Map<String, String> content = copy(found);
        content.keySet().removeIf(SecretData::ours);
        content.putAll(wanted);
        return content;
    }

    private static boolean sameOwner(HasMetadata wanted, HasMetadata there) {
        return there.getMetadata().getOwnerReferences().stream().anyMatch(owner -> owns(wanted, owner));
    }

    private static boolean owns(HasMetadata wanted, OwnerReference owner) {
        return wanted.getMetadata().getOwnerReferences().stream()
                .anyMatch(own -> Objects.equals(own.getUid(), owner.getUid()));
    }

    private static Map<String, String> copy(@Nullable Map<String, String> map) {
        return map == null ? new TreeMap<>() : new TreeMap<>(map);
    }
}
