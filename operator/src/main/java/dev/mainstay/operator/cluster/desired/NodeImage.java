package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.ImageSource;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The image of the node.
 *
 * @param name repository with tag or digest
 * @param pullPolicy when it is pulled
 * @param pullSecrets secrets with the registry's credentials
 */
public record NodeImage(String name, String pullPolicy, List<LocalObjectReference> pullSecrets) {

    public NodeImage {
        pullSecrets = List.copyOf(pullSecrets);
    }

    /** That of a cluster, of this version; from {@code repository} unless the spec names another. */
    public static NodeImage of(EtcdCluster cluster, String repository, String version) {
        @Nullable ImageSource image = cluster.getSpec().image();
        if (image == null) {
            return of(repository, version);
        }
        String source = image.repository() == null ? repository : image.repository();
        String digest = image.digest() == null ? "" : image.digest();
        return new NodeImage(
                digest.isEmpty() ? source + ":" + version : source + "@" + digest,
                image.pullPolicy().text(),
                image.pullSecretRefs().stream()
                        .map(secret -> new LocalObjectReference(secret.name()))
                        .toList());
    }

    /** That of a repository. */
    public static NodeImage of(String repository, String version) {
        return new NodeImage(repository + ":" + version, "IfNotPresent", List.of());
    }
}
