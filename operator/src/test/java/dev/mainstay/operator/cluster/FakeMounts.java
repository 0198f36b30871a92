package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.TlsInUse;
import dev.mainstay.operator.pki.Authority;
import dev.mainstay.operator.pki.Pem;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Brings secrets into pods, and lets members believe only what is in there. After each step all members must believe each other. */
final class FakeMounts {

    private final KubernetesClient kubernetes;
    private final InstantSource clock;
    private final Map<String, Map<String, String>> mounted = new TreeMap<>();
    private final Set<String> late = new HashSet<>();

    FakeMounts(KubernetesClient kubernetes, InstantSource clock) {
        this.kubernetes = kubernetes;
        this.clock = clock;
    }

    /** Brings no more changes to this member. */
    void holdBack(String member) {
        late.add(member);
    }

    /** Brings them again. */
    void release(String member) {
        late.remove(member);
    }

    /** The number of the certificate that the member has. */
    String serial(String member) {
        return Pem.certificate(file(member, "tls.crt")).getSerialNumber().toString(16);
    }

    private String file(String member, String name) {
        return Objects.requireNonNull(
                Objects.requireNonNull(mounted.get(member), member).get(name));
    }

    void step() {
        for (Pod pod : kubernetes
                .pods()
                .inAnyNamespace()
                .withLabel(MainstayApi.MEMBER_LABEL)
                .list()
                .getItems()) {
            String member = pod.getMetadata().getName();
            for (Volume volume : pod.getSpec().getVolumes()) {
                if ("tls".equals(volume.getName())
                        && volume.getSecret() != null
                        && (!late.contains(member) || !mounted.containsKey(member))) {
                    Secret secret = kubernetes
                            .secrets()
                            .inNamespace(pod.getMetadata().getNamespace())
                            .withName(volume.getSecret().getSecretName())
                            .get();
                    assertThat(secret).as("secret of " + member).isNotNull();
                    mounted.put(member, SecretData.of(secret));
                }
            }
        }
        for (String member : mounted.keySet()) {
            for (String other : mounted.keySet()) {
                assertThat(believes(file(member, "ca.crt"), file(other, "tls.crt")))
                        .as(member + " believes " + other)
                        .isTrue();
                String peer = Objects.requireNonNull(mounted.get(other)).get("peer.crt");
                assertThat(peer == null || believes(file(member, "ca.crt"), peer))
                        .as(member + " believes its peer " + other)
                        .isTrue();
            }
        }
    }

    private boolean believes(String authorities, String certificate) {
        X509Certificate leaf = Pem.certificate(certificate);
        return clock.instant().isBefore(leaf.getNotAfter().toInstant())
                && !clock.instant().isBefore(leaf.getNotBefore().toInstant())
                && Pem.certificates(authorities).stream()
                        .anyMatch(authority -> Authority.signed(authority, leaf)
                                && clock.instant()
                                        .isBefore(authority.getNotAfter().toInstant()));
    }

    /** Both sides check the other's certificate, and the caller that it is for the name it called. */
    void shakeHands(Endpoint endpoint) {
        String member = member(endpoint);
        if (!mounted.containsKey(member)) {
            return;
        }
        ClientIdentity identity = endpoint.identity();
        if (identity == null
                || !believes(file(member, "ca.crt"), identity.certificate())
                || !believes(identity.authorities(), file(member, "tls.crt"))
                || !names(Pem.certificate(file(member, "tls.crt"))).contains(endpoint.name())) {
            throw new MemberCallException("status", endpoint.client(), new IOException("handshake"));
        }
    }

    TlsInUse inUse(Endpoint endpoint) {
        String member = member(endpoint);
        if (!mounted.containsKey(member)) {
            return TlsInUse.UNKNOWN;
        }
        Set<String> serials = new HashSet<>(Set.of(serial(member)));
        String peer = Objects.requireNonNull(mounted.get(member)).get("peer.crt");
        if (peer != null) {
            serials.add(Pem.certificate(peer).getSerialNumber().toString(16));
        }
        return new TlsInUse(serials, Set.of(SecretData.hash(file(member, "ca.crt"))));
    }

    private static String member(Endpoint endpoint) {
        return endpoint.name().substring(0, endpoint.name().indexOf('.'));
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            return Objects.requireNonNull(certificate.getSubjectAlternativeNames()).stream()
                    .map(name -> (String) name.get(1))
                    .toList();
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
    }
}
