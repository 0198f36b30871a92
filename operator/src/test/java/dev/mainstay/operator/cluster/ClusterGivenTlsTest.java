package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.certificates.IssuedSecrets;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.pki.Authority;
import dev.mainstay.operator.pki.Credential;
import dev.mainstay.operator.pki.LeafForm;
import dev.mainstay.operator.pki.Pem;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Certificates that somebody else makes: the user, or cert-manager, which the test plays. The members beside the API server check each other's
 * certificates for real, and after each step everybody must believe everybody.
 */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterGivenTlsTest {

    private static final String NAMESPACE = "test";
    private static final Duration DAY = Duration.ofDays(1);

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    private FakeCloud cloud;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Authority authority = newAuthority();

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
    }

    private Authority newAuthority() {
        return Authority.create("corp", now.minus(DAY), now.plus(Duration.ofDays(1000)));
    }

    @Test
    void membersUseTheUsersCertificates() {
        provide();
        create(3, PROVIDED);
        settle();
        assertThat(reason("Ready")).isEqualTo("AllMembersReady");
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
        assertThat(content("a-2-tls", "tls.crt")).isEqualTo(content("my-server", "tls.crt"));
        assertThat(content("a-2-tls", "peer.crt")).isEqualTo(content("my-peer", "tls.crt"));
        assertThat(content("a-operator", "tls.crt")).isEqualTo(content("my-client", "tls.crt"));
        assertThat(client.secrets().inNamespace(NAMESPACE).withName("a-client").get())
                .as("clients have their own")
                .isNull();
        assertThat(client.configMaps()
                        .inNamespace(NAMESPACE)
                        .withName("a-ca")
                        .get()
                        .getData()
                        .get("ca.crt"))
                .isEqualTo(authority.credential().certificate());
        assertThat(client.pods()
                        .list()
                        .getItems()
                        .getFirst()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .contains(
                        "--cert-file=/tls/tls.crt", "--peer-cert-file=/tls/peer.crt", "--peer-key-file=/tls/peer.key");
        assertThat(Objects.requireNonNull(
                                Objects.requireNonNull(cluster().getStatus()).trust())
                        .membersOnActiveBundle())
                .isEqualTo(3);

        List<String> versions = versions();
        for (int i = 0; i < 5; i++) {
            now = now.plusSeconds(20);
            var _ = operator().run(NAMESPACE, "a");
        }
        assertThat(versions()).isEqualTo(versions);
    }

    /** Certificates and authority, all at once, while a member's files are late. */
    @Test
    void allIsReplacedWithoutRestart() {
        provide();
        create(3, PROVIDED);
        settle();
        Map<String, String> uids = uids();
        String before = content("a-1-tls", "tls.crt");
        String old = authority.credential().certificate();

        cloud.mounts.holdBack("a-2");
        authority = newAuthority();
        provide();
        settle();
        assertThat(content("a-1-tls", "tls.crt")).as("a-2 wouldn't believe it").isEqualTo(before);
        assertThat(Pem.certificates(content("a-1-tls", "ca.crt"))).hasSize(2);
        assertThat(reason("CertificatesValid")).isEqualTo("Rotating");
        assertThat(message("CertificatesValid")).contains("[a-2]");

        cloud.mounts.release("a-2");
        cloud.mounts.holdBack("a-3");
        settle();
        cloud.mounts.release("a-3");
        settle();
        assertThat(content("a-1-tls", "tls.crt")).isEqualTo(content("my-server", "tls.crt"));
        assertThat(content("a-1-tls", "ca.crt"))
                .isEqualTo(authority.credential().certificate())
                .isNotEqualTo(old);
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
        assertThat(uids()).isEqualTo(uids);
    }

    @Test
    void whatCannotBeUsedIsToldAndNotCopied() {
        provide();
        create(1, PROVIDED);
        settle();
        String before = content("a-1-tls", "tls.crt");

        secret(
                "my-server",
                issue("a", hosts(), now.plus(DAY)).certificate(),
                issue("a", hosts(), now.plus(DAY)).key());
        told("SecretInvalid", "my-server", "tls.key of another certificate");
        secret("my-server", issue("a", List.of("other.example.com"), now.plus(DAY)));
        told("SecretInvalid", "my-server", "isn't for a-1.a-members.test.svc");
        secret("my-server", issue("a", hosts(), now.minusSeconds(1)));
        told("Expired", "my-server", "ended at");
        secret(
                "my-server",
                Authority.create("x", now, now.plus(DAY)).issue(new LeafForm("a", hosts(), now, now.plus(DAY))));
        told("SecretInvalid", "my-server", "no authority in ca.crt signed");
        secret("my-server", "nothing", "nothing");
        told("SecretInvalid", "my-server", "tls.crt that can't be read");
        client.secrets().inNamespace(NAMESPACE).withName("my-server").delete();
        told("SecretInvalid", "my-server", "create it");
        secret("my-server", issue("a", hosts(), now.plus(DAY)));
        secret("my-peer", issue("somebody", hosts(), now.plus(DAY)));
        told("SecretInvalid", "my-peer", "common name isn't mainstay-member");
        secret("my-peer", authority.issue(new LeafForm("mainstay-member", List.of(), now, now.plus(DAY))));
        told("SecretInvalid", "my-peer", "isn't for servers");
        assertThat(content("a-1-tls", "tls.crt"))
                .as("what was good stays in use")
                .isEqualTo(before);
        assertThat(reason("Ready")).isEqualTo("AllMembersReady");

        provide();
        settle();
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
        assertThat(content("a-1-tls", "tls.crt")).isEqualTo(content("my-server", "tls.crt"));
    }

    @Test
    void withUsersTheOperatorsCertificateIsRoots() {
        provide();
        secret("my-client", issue("somebody", List.of(), now.plus(DAY)));
        create(1, PROVIDED + "}, auth: {mode: Password");
        settle();
        assertThat(message("CertificatesValid")).contains("my-client", "common name isn't root");
        assertThat(client.pods().list().getItems()).isEmpty();
        provide();
        settle();
        assertThat(reason("AuthReady")).isEqualTo("Enabled");
    }

    @Test
    void selfManagedBecomesProvidedMemberByMember() {
        create(3, "issuance: SelfManaged");
        settle();
        provide();
        var _ = client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(cluster -> {
                    cluster.setSpec(parsed(3, PROVIDED).getSpec());
                    return cluster;
                });
        settle();
        assertThat(reason("Ready")).isEqualTo("AllMembersReady");
        assertThat(content("a-3-tls", "ca.crt"))
                .isEqualTo(authority.credential().certificate());
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
    }

    @Test
    void certManagerIsAskedAndWaitedFor() {
        serveCertManager();
        create(3, CERT_MANAGER);
        settle();
        assertThat(reason("CertificatesValid")).isEqualTo("IssuerNotReady");
        assertThat(message("CertificatesValid")).contains("Certificate a-operator-issued");
        assertThat(client.pods().list().getItems()).isEmpty();

        certManager = true;
        settle();
        assertThat(reason("Ready")).isEqualTo("AllMembersReady");
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
        GenericKubernetesResource member = certificate("a-2-tls-issued");
        assertThat(Serialization.asYaml(member.get("spec", "dnsNames"))).contains("a-2.a-members.test.svc");
        assertThat((String) member.get("spec", "commonName")).isEqualTo("mainstay-member");
        assertThat((String) member.get("spec", "issuerRef", "kind")).isEqualTo("ClusterIssuer");
        assertThat((String) certificate("a-operator-issued").get("spec", "commonName"))
                .isEqualTo("root");
        assertThat(content("a-2-tls", "tls.crt")).isEqualTo(content("a-2-tls-issued", "tls.crt"));
        assertThat(SecretData.of(client.secrets()
                        .inNamespace(NAMESPACE)
                        .withName("a-client")
                        .get()))
                .containsKeys("tls.crt", "tls.key", "ca.crt");
        List<String> versions = versions();
        for (int i = 0; i < 3; i++) {
            now = now.plusSeconds(20);
            var _ = operator().run(NAMESPACE, "a");
        }
        assertThat(versions()).isEqualTo(versions);

        Map<String, String> uids = uids();
        String before = content("a-2-tls", "tls.crt");
        authority = newAuthority();
        client.secrets().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(secret -> secret.getMetadata().getName().endsWith("-issued"))
                .forEach(secret -> client.resource(secret).delete());
        settle();
        assertThat(content("a-2-tls", "tls.crt")).isNotEqualTo(before);
        assertThat(content("a-2-tls", "ca.crt"))
                .isEqualTo(authority.credential().certificate());
        assertThat(uids()).isEqualTo(uids);
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
    }

    private static final String PROVIDED =
            "issuance: Provided, provided: {caSecretRef: {name: my-ca}, serverSecretRef: {name: my-server},"
                    + " peerSecretRef: {name: my-peer}, clientSecretRef: {name: my-client}}";
    private static final String CERT_MANAGER =
            "issuance: CertManager, certManager: {issuerRef: {name: corp, kind: ClusterIssuer}}";

    private boolean certManager;

    /** Plays cert-manager: puts what is asked for into secrets. */
    private void issueWhatIsAskedFor() {
        for (GenericKubernetesResource asked : client.genericKubernetesResources(IssuedSecrets.CONTEXT)
                .inNamespace(NAMESPACE)
                .list()
                .getItems()) {
            String name = asked.get("spec", "secretName");
            if (client.secrets().inNamespace(NAMESPACE).withName(name).get() == null) {
                List<String> names = new ArrayList<>();
                for (String field : List.of("dnsNames", "ipAddresses")) {
                    List<String> some = asked.get("spec", field);
                    names.addAll(Objects.requireNonNullElse(some, List.of()));
                }
                secret(name, issue(asked.get("spec", "commonName"), names, now.plus(Duration.ofDays(90))));
            }
        }
    }

    private GenericKubernetesResource certificate(String name) {
        return client.genericKubernetesResources(IssuedSecrets.CONTEXT)
                .inNamespace(NAMESPACE)
                .withName(name)
                .get();
    }

    private void serveCertManager() {
        server.expect()
                .get()
                .withPath("/apis/cert-manager.io/v1")
                .andReturn(
                        200,
                        new APIResourceListBuilder()
                                .withGroupVersion(IssuedSecrets.API)
                                .withResources(new APIResourceBuilder()
                                        .withKind(IssuedSecrets.KIND)
                                        .withName("certificates")
                                        .withSingularName("certificate")
                                        .withNamespaced(true)
                                        .build())
                                .build())
                .always();
    }

    private void provide() {
        secret("my-server", issue("a", hosts(), now.plus(Duration.ofDays(90))));
        secret("my-peer", issue("mainstay-member", hosts(), now.plus(Duration.ofDays(90))));
        secret("my-client", issue("root", List.of(), now.plus(Duration.ofDays(90))));
        secret("my-ca", new Credential("", ""));
    }

    private static List<String> hosts() {
        List<String> hosts = new ArrayList<>(List.of("a.test.svc"));
        for (int number = 1; number <= 9; number++) {
            hosts.add("a-" + number + ".a-members.test.svc");
        }
        return hosts;
    }

    private Credential issue(String commonName, List<String> names, Instant end) {
        return authority.issue(new LeafForm(commonName, names, now.minus(DAY), end));
    }

    private void secret(String name, Credential credential) {
        secret(name, credential.certificate(), credential.key());
    }

    private void secret(String name, String certificate, String key) {
        Secret secret = new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .addToData("tls.crt", encoded(certificate))
                .addToData("tls.key", encoded(key))
                .addToData("ca.crt", encoded(authority.credential().certificate()))
                .build();
        var _ = client.resource(secret).createOr(NonDeletingOperation::update);
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private void told(String reason, String... parts) {
        var _ = operator().run(NAMESPACE, "a");
        assertThat(reason("CertificatesValid")).isEqualTo(reason);
        assertThat(message("CertificatesValid")).contains(parts);
    }

    private ClusterPass operator() {
        return new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, new FakeAuth()),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
    }

    private static EtcdCluster parsed(int replicas, String tls) {
        return Serialization.unmarshal("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdCluster
                metadata: {name: a, namespace: test}
                spec: {version: 1.4.2, replicas: %d, storage: {size: 1Gi}, updateStrategy: {readySeconds: 1}, tls: {%s}}
                """.formatted(replicas, tls), EtcdCluster.class);
    }

    private void create(int replicas, String tls) {
        var _ = client.resource(parsed(replicas, tls)).create();
    }

    /** Passes, each by another operator, until nothing more happens for a while. */
    private void settle() {
        List<String> before = List.of();
        for (int quiet = 0, i = 0; quiet < 4 && i < 300; i++) {
            var _ = operator().run(NAMESPACE, "a");
            if (certManager) {
                issueWhatIsAskedFor();
            }
            cloud.step();
            now = now.plusSeconds(2);
            List<String> after = versions();
            quiet = after.equals(before) ? quiet + 1 : 0;
            before = after;
        }
    }

    private List<String> versions() {
        List<String> versions = new ArrayList<>(List.of(cluster().getMetadata().getResourceVersion()));
        client.secrets()
                .inNamespace(NAMESPACE)
                .list()
                .getItems()
                .forEach(secret -> versions.add(
                        secret.getMetadata().getName() + secret.getMetadata().getResourceVersion()));
        client.genericKubernetesResources(IssuedSecrets.CONTEXT)
                .inNamespace(NAMESPACE)
                .list()
                .getItems()
                .forEach(asked -> versions.add(
                        asked.getMetadata().getName() + asked.getMetadata().getResourceVersion()));
        client.pods()
                .inNamespace(NAMESPACE)
                .list()
                .getItems()
                .forEach(pod -> versions.add(
                        pod.getMetadata().getName() + pod.getMetadata().getResourceVersion()));
        return versions;
    }

    private Map<String, String> uids() {
        Map<String, String> uids = new TreeMap<>();
        client.pods()
                .inNamespace(NAMESPACE)
                .list()
                .getItems()
                .forEach(pod ->
                        uids.put(pod.getMetadata().getName(), pod.getMetadata().getUid()));
        return uids;
    }

    private EtcdCluster cluster() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    private Condition find(String type) {
        return Objects.requireNonNull(cluster().getStatus()).conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private String reason(String type) {
        return find(type).getReason();
    }

    private String message(String type) {
        return find(type).getMessage();
    }

    private String content(String secret, String key) {
        return SecretData.of(
                        client.secrets().inNamespace(NAMESPACE).withName(secret).get())
                .getOrDefault(key, "");
    }
}
