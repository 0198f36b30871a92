package dev.mainstay.operator.access;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.api.v1alpha1.EtcdUserSpec;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.certificates.CertificateHolder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Whether a user who is known by its certificate has one. The cluster's pass makes it; this only looks. */
final class UserCertificate {

    private final KubernetesClient kubernetes;

    UserCertificate(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** What is in the way; empty if there is a certificate, or none is to be made here. */
    Optional<Verdict> verdict(EtcdUser user, EtcdCluster cluster, List<EtcdUser> all) {
        Tls tls = Objects.requireNonNullElse(cluster.getSpec().tls(), Tls.DEFAULT);
        if (user.getSpec().authentication() != EtcdUserSpec.Authentication.CERTIFICATE
                || tls.issuance() == Tls.Issuance.PROVIDED) {
            return Optional.empty();
        }
        String name = CertificateHolder.secret(user);
        Secret secret = kubernetes
                .secrets()
                .inNamespace(user.getMetadata().getNamespace())
                .withName(name)
                .get();
        if (secret != null) {
            return owns(user, secret)
                    ? Optional.empty()
                    : Optional.of(Verdict.no(
                            "SecretConflict",
                            "a secret " + name + " is there but isn't this user's: rename it, or set"
                                    + " spec.certificateSecretName to another name"));
        }
        boolean holds = CertificateHolder.all(cluster, members(cluster), all).stream()
                .anyMatch(holder -> holder.owner() instanceof EtcdUser
                        && holder.owner()
                                .getMetadata()
                                .getName()
                                .equals(user.getMetadata().getName()));
        return Optional.of(
                holds
                        ? new Verdict(
                                null, "CertificatePending", "its certificate is made with the cluster's next pass")
                        : Verdict.no(
                                "SecretConflict",
                                "the name of secret " + name + " is for another certificate of the cluster: set"
                                        + " spec.certificateSecretName to another name"));
    }

    private List<EtcdMember> members(EtcdCluster cluster) {
        return kubernetes
                .resources(EtcdMember.class)
                .inNamespace(cluster.getMetadata().getNamespace())
                .withLabel(MainstayApi.CLUSTER_LABEL, cluster.getMetadata().getName())
                .list()
                .getItems();
    }

    private static boolean owns(EtcdUser user, Secret secret) {
        List<OwnerReference> references =
                Objects.requireNonNullElse(secret.getMetadata().getOwnerReferences(), List.of());
        return references.stream()
                .anyMatch(reference ->
                        Objects.equals(reference.getUid(), user.getMetadata().getUid()));
    }
}
