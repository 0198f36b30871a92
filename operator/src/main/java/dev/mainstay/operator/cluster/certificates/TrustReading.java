package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.Tls;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.desired.UpkeepOf;
import dev.mainstay.operator.cluster.engine.Upkeep;
import dev.mainstay.operator.cluster.trust.AuthorityView;
import dev.mainstay.operator.cluster.trust.Ca;
import dev.mainstay.operator.cluster.trust.Holder;
import dev.mainstay.operator.cluster.trust.Running;
import dev.mainstay.operator.cluster.trust.TrustPolicy;
import dev.mainstay.operator.cluster.trust.TrustView;
import dev.mainstay.operator.member.TlsInUse;
import dev.mainstay.operator.pki.Authority;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.Pem;
import dev.mainstay.operator.pki.PkiException;
import dev.mainstay.operator.pki.ServerNames;
import dev.mainstay.operator.schedule.GoDuration;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Makes what decisions look at out of secrets and out of what members say. */
public final class TrustReading {

    private final EtcdCluster cluster;
    private final List<CertificateHolder> holders;
    private final TrustObjects objects;
    private final @Nullable AuthorityState state;
    private final TrustView view;

    /**
     * Reads.
     *
     * @param cluster the cluster
     * @param holders who has, or needs, a certificate
     * @param objects the secrets
     * @param foreign names of objects that are in the way and aren't the cluster's: what belongs there is left out
     * @param inUse what members that have pods say they use, by name
     * @param now the moment
     */
    public TrustReading(
            EtcdCluster cluster,
            List<CertificateHolder> holders,
            TrustObjects objects,
            Set<String> foreign,
            SortedMap<String, TlsInUse> inUse,
            Instant now) {
        this.cluster = cluster;
        this.holders = holders.stream()
                .filter(holder -> !foreign.contains(holder.secret()))
                .toList();
        this.objects = objects;
        AuthorityState read = null;
        String problem = null;
        String secretName = Names.authority(cluster.getMetadata().getName());
        Secret secret = objects.secrets().get(secretName);
        if (secret != null) {
            try {
                read = AuthorityState.of(secret);
            } catch (PkiException e) {
                problem = "secret " + secretName + ": " + e.getMessage() + "; put it back from a backup";
            }
        }
        this.state = read;
        this.view = new TrustView(
                now,
                policy(cluster),
                problem,
                read == null ? null : authority(read),
                views(read),
                published(read) || foreign.contains(secretName),
                inUse.entrySet().stream()
                        .map(entry -> new Running(
                                entry.getKey(),
                                entry.getValue().serials(),
                                entry.getValue().bundles()))
                        .toList(),
                window(cluster, now));
    }

    private static @Nullable String window(EtcdCluster cluster, Instant now) {
        Upkeep upkeep = UpkeepOf.cluster(cluster, now);
        return upkeep.open() ? null : upkeep.whenNext();
    }

    /** What decisions look at. */
    public TrustView view() {
        return view;
    }

    /** The authority; null if there is none, or none that can be used. */
    public @Nullable AuthorityState state() {
        return state;
    }

    /** Who has this name. */
    public CertificateHolder holder(String name) {
        return holders.stream()
                .filter(holder -> holder.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** The holder's secret; null for none. */
    public @Nullable Secret secret(CertificateHolder holder) {
        return objects.secrets().get(holder.secret());
    }

    /** How long certificates of a cluster last. */
    public static TrustPolicy policy(EtcdCluster cluster) {
        Tls tls = Objects.requireNonNullElse(cluster.getSpec().tls(), Tls.DEFAULT);
        return new TrustPolicy(
                GoDuration.of(tls.leafDuration()),
                GoDuration.of(tls.renewBefore()),
                GoDuration.of(tls.caDuration()),
                GoDuration.of(tls.caRenewBefore()),
                GoDuration.of(tls.caOverlap()));
    }

    private static AuthorityView authority(AuthorityState state) {
        Credential next = state.next();
        String previous = state.previous();
        return new AuthorityView(
                ca(state.issuing().certificate()),
                next == null ? null : ca(next.certificate()),
                previous == null ? null : ca(previous),
                state.knownSince(),
                SecretData.hash(state.bundle()));
    }

    private static Ca ca(String pem) {
        return new Ca(SecretData.hash(pem), Pem.certificate(pem).getNotAfter().toInstant());
    }

    private List<Holder> views(@Nullable AuthorityState read) {
        List<String> authorities = new ArrayList<>();
        if (read != null) {
            authorities.add(read.issuing().certificate());
            if (read.previous() != null) {
                authorities.add(read.previous());
            }
        }
        return holders.stream().map(holder -> view(holder, authorities)).toList();
    }

    private Holder view(CertificateHolder holder, List<String> authorities) {
        Secret secret = secret(holder);
        if (secret == null) {
            return new Holder(holder.name(), null, "", false);
        }
        Map<String, String> data = SecretData.of(secret);
        String bundle = SecretData.hash(data.getOrDefault(MemberCertificate.AUTHORITIES, ""));
        try {
            Credential credential = new Credential(
                    data.getOrDefault(MemberCertificate.CERTIFICATE, ""), data.getOrDefault(MemberCertificate.KEY, ""));
            credential.check();
            X509Certificate certificate = credential.parsed();
            String signer = authorities.stream()
                    .filter(authority -> Authority.signed(Pem.certificate(authority), certificate))
                    .map(SecretData::hash)
                    .findFirst()
                    .orElse("");
            Holder.Leaf leaf = new Holder.Leaf(
                    certificate.getSerialNumber().toString(16),
                    signer,
                    certificate.getNotAfter().toInstant());
            return new Holder(holder.name(), leaf, bundle, ServerNames.match(certificate, holder.names()));
        } catch (PkiException e) {
            return new Holder(holder.name(), null, bundle, false);
        }
    }

    private boolean published(@Nullable AuthorityState read) {
        ConfigMap map = objects.published();
        return read != null
                && map != null
                && map.getData() != null
                && read.bundle().equals(map.getData().get(MemberCertificate.AUTHORITIES));
    }

    /** The cluster that was read. */
    public EtcdCluster cluster() {
        return cluster;
    }
}
