package dev.mainstay.operator.migration;

import dev.mainstay.api.v1alpha1.Bootstrap;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.NameRef;
import dev.mainstay.operator.cluster.certificates.SecretData;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Looks at what is needed to call the source. */
final class SourceReading {

    private final KubernetesClient kubernetes;

    SourceReading(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /**
     * How the source is called.
     *
     * @param from what the spec says of it
     * @param authorities whether its secret has authorities that its certificates may be of
     * @param certificate whether its secret has a client's certificate
     * @param user whom to log in as; empty for nobody
     * @param problem what is wrong with a secret; empty for nothing
     */
    record Source(Bootstrap.FromExisting from, boolean authorities, boolean certificate, String user, String problem) {}

    /** What it comes to. */
    Source of(EtcdCluster cluster) {
        Bootstrap.FromExisting from = Objects.requireNonNull(
                Objects.requireNonNull(cluster.getSpec().bootstrap()).existing());
        Map<String, String> tls = data(cluster, from.tlsSecretRef());
        Map<String, String> user = data(cluster, from.userSecretRef());
        String problem = "";
        if (tls == null) {
            problem = missing(from.tlsSecretRef(), "ca.crt, or tls.crt and tls.key, or all three");
        } else if (tls.containsKey("tls.crt") != tls.containsKey("tls.key")) {
            problem = "secret " + name(from.tlsSecretRef())
                    + " has one of tls.crt and tls.key: put both there, or neither";
        } else if (user == null) {
            problem = missing(from.userSecretRef(), "username and password");
        } else if (from.userSecretRef() != null && !(user.containsKey("username") && user.containsKey("password"))) {
            problem = "secret " + name(from.userSecretRef()) + " has no username or no password: put both there";
        }
        return new Source(
                from,
                tls != null && tls.containsKey("ca.crt"),
                tls != null && tls.containsKey("tls.crt"),
                user == null ? "" : user.getOrDefault("username", "").strip(),
                problem);
    }

    private @Nullable Map<String, String> data(EtcdCluster cluster, @Nullable NameRef reference) {
        if (reference == null) {
            return Map.of();
        }
        Secret secret = kubernetes
                .secrets()
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(reference.name())
                .get();
        return secret == null ? null : SecretData.of(secret);
    }

    private static String missing(@Nullable NameRef reference, String keys) {
        return "there is no secret " + name(reference) + " in this namespace: create it with " + keys;
    }

    private static String name(@Nullable NameRef reference) {
        return reference == null ? "" : reference.name();
    }
}
