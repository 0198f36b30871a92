package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.Auth;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.Inspection;
import dev.mainstay.operator.pki.Pem;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Certificates of the user's own: all members share one for clients and one for peers. */
public final class ProvidedSecrets {

    private final EtcdCluster cluster;
    private final Instant now;
    private final Function<String, @Nullable Secret> secrets;

    /** Of {@code cluster} at this moment; {@code secrets} gives those of its namespace by name, null for none. */
    public ProvidedSecrets(EtcdCluster cluster, Instant now, Function<String, @Nullable Secret> secrets) {
        this.cluster = cluster;
        this.now = now;
        this.secrets = secrets;
    }

    /** What the secrets hold, if it can be used for these holders. */
    public Given read(List<CertificateHolder> holders) {
        Tls.Provided provided = Objects.requireNonNull(
                Objects.requireNonNull(cluster.getSpec().tls()).provided());
        String ca = provided.caSecretRef().name();
        Map<String, String> authorities = data(ca);
        String bundle = authorities.getOrDefault(MemberCertificate.AUTHORITIES, "");
        Inspection inspection = new Inspection(bundle, now);
        Optional<TrustStep.Blocked> wrong = missing(ca).or(() -> blocked(ca, inspection.authorities()));
        if (wrong.isPresent()) {
            return Given.nothing(wrong.get());
        }
        List<String> hosts = hosts(holders);
        List<String> served = new ArrayList<>(hosts);
        served.add(cluster.getMetadata().getName() + "." + cluster.getMetadata().getNamespace() + ".svc");
        Auth auth = cluster.getSpec().auth();
        boolean users = auth != null && auth.mode() == Auth.Mode.PASSWORD;
        String server = provided.serverSecretRef().name();
        String peer = provided.peerSecretRef().name();
        String client = provided.clientSecretRef().name();
        wrong = check(inspection, server, new Inspection.Use(true, false, served, ""))
                .or(() -> check(inspection, peer, new Inspection.Use(true, true, hosts, MemberCertificate.COMMON_NAME)))
                .or(() -> check(
                        inspection,
                        client,
                        new Inspection.Use(false, true, List.of(), users ? CertificateHolder.OPERATOR : "")));
        if (wrong.isPresent()) {
            return Given.nothing(wrong.get());
        }
        Map<String, Given.Leaves> leaves = new TreeMap<>();
        for (CertificateHolder holder : holders) {
            boolean member = !holder.names().isEmpty();
            Credential first = credential(member ? server : client);
            leaves.put(holder.name(), new Given.Leaves(first, member ? credential(peer) : first));
        }
        return new Given(Pem.certificates(bundle).stream().map(Pem::of).toList(), leaves, null);
    }

    /** Host names of the members, and of the next one. */
    private List<String> hosts(List<CertificateHolder> holders) {
        List<String> hosts = new ArrayList<>(holders.stream()
                .filter(holder -> !holder.names().isEmpty())
                .map(holder -> Names.host(cluster, holder.name()))
                .toList());
        int last = cluster.getStatus() == null
                ? 0
                : Objects.requireNonNullElse(cluster.getStatus().lastMemberNumber(), 0);
        hosts.add(Names.host(cluster, Names.member(cluster.getMetadata().getName(), last + 1)));
        return hosts;
    }

    private Optional<TrustStep.Blocked> check(Inspection inspection, String name, Inspection.Use use) {
        return missing(name).or(() -> blocked(name, inspection.check(credential(name), use)));
    }

    private Optional<TrustStep.Blocked> missing(String name) {
        return secrets.apply(name) == null
                ? Optional.of(new TrustStep.Blocked(
                        "there is no secret " + name + " in this namespace, which spec.tls.provided names: create it"))
                : Optional.empty();
    }

    private static Optional<TrustStep.Blocked> blocked(String name, Optional<Inspection.Problem> problem) {
        return problem.map(found -> new TrustStep.Blocked(
                found.expired() ? "Expired" : "SecretInvalid", "secret " + name + " " + found.text()));
    }

    private Map<String, String> data(String name) {
        Secret secret = secrets.apply(name);
        return secret == null ? Map.of() : SecretData.of(secret);
    }

    private Credential credential(String name) {
        Map<String, String> data = data(name);
        return new Credential(
                data.getOrDefault(MemberCertificate.CERTIFICATE, ""), data.getOrDefault(MemberCertificate.KEY, ""));
    }
}
