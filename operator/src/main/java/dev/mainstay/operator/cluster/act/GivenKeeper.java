package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.certificates.CertificateHolder;
import dev.mainstay.operator.cluster.certificates.DesiredTrust;
import dev.mainstay.operator.cluster.certificates.Given;
import dev.mainstay.operator.cluster.certificates.GivenReading;
import dev.mainstay.operator.cluster.certificates.IssuedSecrets;
import dev.mainstay.operator.cluster.certificates.ProvidedSecrets;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.certificates.TrustObjects;
import dev.mainstay.operator.cluster.certificates.TrustState;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.cluster.trust.TrustStep;
import dev.mainstay.operator.tracing.PassTrace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Brings certificates that cert-manager or the user made to members and clients, by copying them into the secrets that they use, once they are
 * known to be good. What can't be used is told and not copied, so members go on with what they have.
 */
public final class GivenKeeper {

    private final KubernetesClient kubernetes;
    private final TrustWriter writer;
    private final MeterRegistry meters;
    private final CertificateRequests requests;

    /** Works by {@code kubernetes}, and counts in {@code meters}. */
    public GivenKeeper(KubernetesClient kubernetes, MeterRegistry meters) {
        this.kubernetes = kubernetes;
        this.writer = new TrustWriter(kubernetes);
        this.meters = meters;
        this.requests = new CertificateRequests(kubernetes);
    }

    /** Writes what there is to write, if it may, and says how things are then; empty for a cluster without TLS. */
    public Optional<TrustState> keep(Seen seen, boolean write, PassTrace trace) {
        TrustObjects objects = seen.trust();
        if (objects == null) {
            return Optional.empty();
        }
        EtcdCluster cluster = seen.cluster();
        List<CertificateHolder> holders = holders(seen, objects);
        Given given = given(seen, holders, write);
        GivenReading reading = new GivenReading(holders, objects, given, seen.tls());
        Set<String> foreign = new TreeSet<>();
        if (write && !given.authorities().isEmpty()) {
            for (CertificateHolder holder : holders) {
                Optional<Map<String, String>> wanted = reading.wanted(holder);
                if (wanted.isPresent()
                        && !bring(cluster, holder, wanted.get(), objects, trace)
                        && !reading.spare(holder)) {
                    foreign.add(holder.secret());
                }
            }
            if (!publish(cluster, reading.bundle(), objects, trace)) {
                foreign.add(Names.authority(cluster.getMetadata().getName()));
            }
        }
        TrustStep step = step(given, reading, foreign);
        return Optional.of(
                new TrustState(reading.view(cluster, seen.observation().now()), null, step));
    }

    private static TrustStep step(Given given, GivenReading reading, Set<String> foreign) {
        if (!foreign.isEmpty()) {
            return new TrustStep.Blocked("objects of these names are there but aren't this cluster's: "
                    + String.join(", ", foreign) + "; rename or delete them");
        }
        if (given.problem() != null) {
            return given.problem();
        }
        Set<String> late = reading.late();
        return late.isEmpty()
                ? new TrustStep.None()
                : new TrustStep.Wait(
                        List.copyOf(late), "these members don't trust the authorities of now yet: " + late);
    }

    private static List<CertificateHolder> holders(Seen seen, TrustObjects objects) {
        EtcdCluster cluster = seen.cluster();
        String operator = Names.operator(cluster.getMetadata().getName());
        boolean provided = Names.issuance(cluster) == Tls.Issuance.PROVIDED;
        return CertificateHolder.all(cluster, seen.members().values(), objects.users()).stream()
                .filter(holder -> !provided
                        || !holder.names().isEmpty()
                        || holder.secret().equals(operator))
                .toList();
    }

    private Given given(Seen seen, List<CertificateHolder> holders, boolean write) {
        EtcdCluster cluster = seen.cluster();
        Map<String, Optional<Secret>> read = new HashMap<>();
        Function<String, @Nullable Secret> secrets =
                name -> read.computeIfAbsent(name, key -> Optional.ofNullable(secret(cluster, key)))
                        .orElse(null);
        if (Names.issuance(cluster) == Tls.Issuance.PROVIDED) {
            return new ProvidedSecrets(cluster, seen.observation().now(), secrets).read(holders);
        }
        IssuedSecrets issued = new IssuedSecrets(cluster, seen.observation().now(), secrets);
        return requests.keep(cluster, issued, holders, write);
    }

    private @Nullable Secret secret(EtcdCluster cluster, String name) {
        return kubernetes
                .secrets()
                .inNamespace(cluster.getMetadata().getNamespace())
                .withName(name)
                .get();
    }

    /** False if somebody else's object is in the way. */
    private boolean bring(
            EtcdCluster cluster,
            CertificateHolder holder,
            Map<String, String> wanted,
            TrustObjects objects,
            PassTrace trace) {
        Secret found = objects.secrets().get(holder.secret());
        return GivenReading.same(found, wanted) || written(DesiredTrust.secret(cluster, holder, wanted), found, trace);
    }

    private boolean publish(EtcdCluster cluster, String bundle, TrustObjects objects, PassTrace trace) {
        ConfigMap wanted = DesiredTrust.published(cluster, bundle);
        ConfigMap found = objects.published();
        return (found != null && SecretData.holds(found.getData(), wanted.getData())) || written(wanted, found, trace);
    }

    private <T extends HasMetadata> boolean written(T wanted, @Nullable T found, PassTrace trace) {
        return trace.step(
                "Bring",
                Map.of(
                        "mainstay.rule",
                        "Trust",
                        "mainstay.action",
                        wanted.getKind() + " " + wanted.getMetadata().getName()),
                () -> written(wanted, found));
    }

    private <T extends HasMetadata> boolean written(T wanted, @Nullable T found) {
        if (writer.write(wanted, found).isEmpty()) {
            return false;
        }
        meters.counter("etcd_operator_step", "rule", "Trust", "step", "Bring", "result", "done")
                .increment();
        return true;
    }
}
