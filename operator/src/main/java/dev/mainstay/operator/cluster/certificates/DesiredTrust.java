package dev.mainstay.operator.cluster.certificates;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.desired.MemberCertificate;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.cluster.trust.TrustEngine;
import dev.mainstay.operator.cluster.trust.TrustView;
import dev.mainstay.operator.pki.Authority;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.LeafForm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The secrets and the ConfigMap as they should be. Keys are new each time. */
public final class DesiredTrust {

    /** Certificates begin a little earlier than now, for clocks that are behind. */
    private static final Duration EARLIER = Duration.ofMinutes(10);

    private final EtcdCluster cluster;
    private final TrustView view;

    /** For a cluster, by its policy and at the moment of the view. */
    public DesiredTrust(EtcdCluster cluster, TrustView view) {
        this.cluster = cluster;
        this.view = view;
    }

    /** A new authority. */
    public Credential authority() {
        Instant end = view.now().plus(view.policy().authority());
        return Authority.create(cluster.getMetadata().getName() + " CA", begin(), end)
                .credential();
    }

    private Instant begin() {
        return view.now().minus(EARLIER);
    }

    /** The authority's secret. */
    public Secret secret(AuthorityState state) {
        ObjectMetaBuilder meta =
                meta(cluster, Names.authority(cluster.getMetadata().getName()), cluster);
        Instant since = state.knownSince();
        if (since != null) {
            meta.addToAnnotations(AuthorityState.KNOWN_SINCE, since.toString());
        }
        return new SecretBuilder()
                .withMetadata(meta.build())
                .withType("Opaque")
                .withData(SecretData.encoded(state.data()))
                .build();
    }

    /** The secret of a holder, with a new certificate. */
    public Secret issued(CertificateHolder holder, AuthorityState state) {
        Instant end = TrustEngine.leafEnd(view, Objects.requireNonNull(view.authority()));
        Credential credential =
                Authority.of(state.issuing()).issue(new LeafForm(holder.commonName(), holder.names(), begin(), end));
        Map<String, String> data = new TreeMap<>();
        data.put(MemberCertificate.CERTIFICATE, credential.certificate());
        data.put(MemberCertificate.KEY, credential.key());
        data.put(MemberCertificate.AUTHORITIES, state.bundle());
        return secret(cluster, holder, data);
    }

    /** The secret of a holder, with its certificate and the authorities of now. */
    public Secret trusting(CertificateHolder holder, Secret secret, AuthorityState state) {
        Map<String, String> data = new TreeMap<>(SecretData.of(secret));
        data.keySet().removeIf(field -> !SecretData.ours(field));
        data.put(MemberCertificate.AUTHORITIES, state.bundle());
        return secret(cluster, holder, data);
    }

    /** The secret of a holder, with this content. */
    public static Secret secret(EtcdCluster cluster, CertificateHolder holder, Map<String, String> data) {
        return new SecretBuilder()
                .withMetadata(meta(cluster, holder.secret(), holder.owner()).build())
                .withType("kubernetes.io/tls")
                .withData(SecretData.encoded(data))
                .build();
    }

    /** The authorities, for applications. */
    public ConfigMap published(AuthorityState state) {
        return published(cluster, state.bundle());
    }

    /** These authorities, PEM, for applications. */
    public static ConfigMap published(EtcdCluster cluster, String bundle) {
        return new ConfigMapBuilder()
                .withMetadata(
                        meta(cluster, Names.authority(cluster.getMetadata().getName()), cluster)
                                .build())
                .addToData(MemberCertificate.AUTHORITIES, bundle)
                .build();
    }

    private static ObjectMetaBuilder meta(EtcdCluster cluster, String name, HasMetadata owner) {
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace(cluster.getMetadata().getNamespace())
                .withLabels(Names.labels(cluster.getMetadata().getName()))
                .withOwnerReferences(Names.owner(owner));
    }
}
