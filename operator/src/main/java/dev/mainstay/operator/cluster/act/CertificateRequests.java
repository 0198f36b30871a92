package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.certificates.CertificateHolder;
import dev.mainstay.operator.cluster.certificates.Given;
import dev.mainstay.operator.cluster.certificates.IssuedSecrets;
import dev.mainstay.operator.cluster.desired.Hashes;
import dev.mainstay.operator.cluster.trust.TrustStep;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks cert-manager for certificates, and reads what it says. A hash of what was asked for stands on each request. */
final class CertificateRequests {

    private static final String HASH = MainstayApi.GROUP + "/desired-hash";

    private final KubernetesClient kubernetes;

    CertificateRequests(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** Asks, if it may and it isn't asked for yet, and reads what there is. */
    Given keep(EtcdCluster cluster, IssuedSecrets issued, List<CertificateHolder> holders, boolean write) {
        if (!kubernetes.supports(IssuedSecrets.API, IssuedSecrets.KIND)) {
            return new Given(
                    List.of(),
                    Map.of(),
                    new TrustStep.Blocked(
                            "CertManagerMissing",
                            "cert-manager isn't installed here (" + IssuedSecrets.API + "): install it, or set"
                                    + " spec.tls.issuance to Provided"));
        }
        for (CertificateHolder holder : holders) {
            GenericKubernetesResource wanted = issued.certificate(holder);
            Resource<GenericKubernetesResource> place =
                    place(cluster, wanted.getMetadata().getName());
            GenericKubernetesResource found = place.get();
            if (found != null && !owned(wanted, found)) {
                return new Given(
                        List.of(),
                        Map.of(),
                        new TrustStep.Blocked(
                                "a Certificate " + wanted.getMetadata().getName()
                                        + " is there but isn't this cluster's: rename or delete it"));
            }
            if (write) {
                ask(cluster, wanted, found);
            }
        }
        Function<String, String> told = name -> told(place(cluster, name).get());
        return issued.read(holders, told);
    }

    private void ask(EtcdCluster cluster, GenericKubernetesResource wanted, @Nullable GenericKubernetesResource found) {
        String hash = Hashes.object(wanted);
        wanted.getMetadata().setAnnotations(Map.of(HASH, hash));
        Resource<GenericKubernetesResource> place = kubernetes
                .genericKubernetesResources(IssuedSecrets.CONTEXT)
                .inNamespace(cluster.getMetadata().getNamespace())
                .resource(wanted);
        if (found == null) {
            var _ = place.create();
            return;
        }
        Map<String, String> annotations =
                Objects.requireNonNullElse(found.getMetadata().getAnnotations(), Map.of());
        if (!hash.equals(annotations.get(HASH))) {
            wanted.getMetadata().setResourceVersion(found.getMetadata().getResourceVersion());
            var _ = place.update();
        }
    }

    private Resource<GenericKubernetesResource> place(EtcdCluster cluster, String name) {
        return kubernetes
                .genericKubernetesResources(IssuedSecrets.CONTEXT)
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(name);
    }

    private static boolean owned(GenericKubernetesResource wanted, GenericKubernetesResource found) {
        String owner = wanted.getMetadata().getOwnerReferences().getFirst().getUid();
        List<OwnerReference> references =
                Objects.requireNonNullElse(found.getMetadata().getOwnerReferences(), List.of());
        return references.stream().anyMatch(reference -> Objects.equals(reference.getUid(), owner));
    }

    /** The message of condition Ready. */
    private static String told(@Nullable GenericKubernetesResource certificate) {
        Object conditions = certificate == null ? null : certificate.get("status", "conditions");
        if (!(conditions instanceof List<?> list)) {
            return "";
        }
        return list.stream()
                .filter(Map.class::isInstance)
                .map(Map.class::cast)
                .filter(condition -> "Ready".equals(condition.get("type")))
                .map(condition -> Objects.toString(condition.get("message"), ""))
                .findFirst()
                .orElse("");
    }
}
