package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.Inspection;
import dev.mainstay.operator.pki.Pem;
import dev.mainstay.operator.pki.PkiException;
import dev.mainstay.operator.pki.ServerNames;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Certificates by cert-manager: what is asked of it, and what came of that. Each holder has one of its own. */
public final class IssuedSecrets {

    /** API of cert-manager. */
    public static final String API = "cert-manager.io/v1";

    /** Its kind for a certificate that is kept in a secret. */
    public static final String KIND = "Certificate";

    /** What the client needs to know of that kind. */
    public static final ResourceDefinitionContext CONTEXT = new ResourceDefinitionContext.Builder()
            .withGroup("cert-manager.io")
            .withVersion("v1")
            .withKind(KIND)
            .withPlural("certificates")
            .withNamespaced(true)
            .build();

    private final EtcdCluster cluster;
    private final Instant now;
    private final Function<String, @Nullable Secret> secrets;

    /** Of {@code cluster} at this moment; {@code secrets} gives those of its namespace by name, null for none. */
    public IssuedSecrets(EtcdCluster cluster, Instant now, Function<String, @Nullable Secret> secrets) {
        this.cluster = cluster;
        this.now = now;
        this.secrets = secrets;
    }

    /** What to ask cert-manager for. */
    public GenericKubernetesResource certificate(CertificateHolder holder) {
        Tls tls = Objects.requireNonNull(cluster.getSpec().tls());
        Tls.IssuerRef issuer = Objects.requireNonNull(tls.certManager()).issuerRef();
        Map<String, Object> spec = new TreeMap<>();
        spec.put("secretName", Names.issued(holder.secret()));
        spec.put("commonName", holder.commonName());
        spec.put("duration", tls.leafDuration());
        spec.put("renewBefore", tls.renewBefore());
        spec.put(
                "privateKey",
                Map.of("algorithm", "ECDSA", "size", 256, "encoding", "PKCS8", "rotationPolicy", "Always"));
        spec.put(
                "usages",
                holder.names().isEmpty()
                        ? List.of("digital signature", "client auth")
                        : List.of("digital signature", "server auth", "client auth"));
        spec.put("issuerRef", Map.of("name", issuer.name(), "kind", issuer.kind(), "group", "cert-manager.io"));
        List<String> hosts = holder.names().stream()
                .filter(name -> !ServerNames.isAddress(name))
                .toList();
        List<String> addresses =
                holder.names().stream().filter(ServerNames::isAddress).toList();
        if (!hosts.isEmpty()) {
            spec.put("dnsNames", hosts);
        }
        if (!addresses.isEmpty()) {
            spec.put("ipAddresses", addresses);
        }
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(API)
                .withKind(KIND)
                .withNewMetadata()
                .withName(Names.issued(holder.secret()))
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Names.labels(cluster.getMetadata().getName()))
                .withOwnerReferences(Names.owner(holder.owner()))
                .endMetadata()
                .addToAdditionalProperties("spec", spec)
                .build();
    }

    /** What came of it; {@code told} gives what cert-manager says about a Certificate, empty for nothing. */
    public Given read(List<CertificateHolder> holders, Function<String, String> told) {
        Set<String> authorities = new LinkedHashSet<>();
        Map<String, Given.Leaves> leaves = new TreeMap<>();
        TrustStep.Blocked problem = null;
        for (CertificateHolder holder : holders) {
            String name = Names.issued(holder.secret());
            Secret secret = secrets.apply(name);
            Map<String, String> data = secret == null ? Map.of() : SecretData.of(secret);
            Credential credential = new Credential(
                    data.getOrDefault(MemberCertificate.CERTIFICATE, ""), data.getOrDefault(MemberCertificate.KEY, ""));
            Optional<String> wrong = secret == null ? Optional.of("isn't there yet") : wrong(holder, credential, data);
            if (wrong.isEmpty()) {
                leaves.put(holder.name(), new Given.Leaves(credential, credential));
            } else if (problem == null) {
                problem = new TrustStep.Blocked(
                        "IssuerNotReady",
                        "secret " + name + " of cert-manager " + wrong.get() + ": see the Certificate " + name
                                + said(told.apply(name)));
            }
            authorities.addAll(authorities(data.getOrDefault(MemberCertificate.AUTHORITIES, "")));
        }
        return new Given(List.copyOf(authorities), leaves, problem);
    }

    private static String said(String told) {
        return told.isEmpty() ? "" : ", which says: " + told;
    }

    private Optional<String> wrong(CertificateHolder holder, Credential credential, Map<String, String> data) {
        Inspection inspection = new Inspection(data.getOrDefault(MemberCertificate.AUTHORITIES, ""), now);
        return inspection
                .authorities()
                .or(() -> inspection.check(
                        credential,
                        new Inspection.Use(!holder.names().isEmpty(), true, holder.names(), holder.commonName())))
                .map(Inspection.Problem::text);
    }

    private static List<String> authorities(String text) {
        try {
            return Pem.certificates(text).stream().map(Pem::of).toList();
        } catch (PkiException e) {
            return List.of();
        }
    }
}
