package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.act.TrustKeeper;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.cluster.observe.Seen;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.pki.Pem;
import dev.mainstay.operator.pki.ServerNames;
import dev.mainstay.operator.tracing.Tracing;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
 * Certificates that the operator makes, as the API has it unless told otherwise. The members beside the API server check each other's and
 * the operator's certificates for real, and after each step everybody must believe everybody.
 */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterTlsTest {

    private static final String NAMESPACE = "test";

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private FakeCloud cloud;

    @SuppressWarnings("NullAway.Init")
    private ClusterPass pass;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
        pass = operator();
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

    @Test
    void membersAndClientsGetCertificatesUnlessToldOtherwise() {
        create("extraServerNames: [etcd.example.com, 192.0.2.7]");
        settle();

        assertThat(condition("Ready")).isEqualTo("AllMembersReady");
        assertThat(condition("CertificatesValid")).isEqualTo("Valid");
        assertThat(status().endpoints()).allMatch(url -> url.startsWith("https://"));
        Pod pod = pods().getFirst();
        assertThat(pod.getSpec().getContainers().getFirst().getArgs())
                .contains(
                        "--listen-client-urls=https://0.0.0.0:2379",
                        "--listen-peer-urls=https://0.0.0.0:2380",
                        "--listen-metrics-urls=http://0.0.0.0:2381",
                        "--trusted-ca-file=/tls/ca.crt",
                        "--client-cert-auth=true",
                        "--peer-cert-file=/tls/tls.crt",
                        "--peer-cert-allowed-cn=mainstay-member");
        assertThat(pod.getSpec().getContainers().getFirst().getVolumeMounts())
                .anyMatch(mount -> mount.getMountPath().equals("/tls"));
        X509Certificate member = Pem.certificate(content("a-1-tls", "tls.crt"));
        assertThat(ServerNames.match(
                        member,
                        List.of(
                                "a-1.a-members.test.svc",
                                "a-1.a-members.test.svc.cluster.local",
                                "a",
                                "a.test",
                                "a.test.svc",
                                "a.test.svc.cluster.local",
                                "localhost",
                                "127.0.0.1",
                                "etcd.example.com",
                                "192.0.2.7")))
                .isTrue();

        EtcdClusterStatus.Connection connection = Objects.requireNonNull(status().connection());
        assertThat(Objects.requireNonNull(connection.secretRef()).name()).isEqualTo("a-client");
        assertThat(Objects.requireNonNull(connection.caBundleRef()).name()).isEqualTo("a-ca");
        assertThat(published()).hasSize(1);
        assertThat(SecretData.of(secret("a-client"))).containsOnlyKeys("ca.crt", "tls.crt", "tls.key");
        EtcdClusterStatus.Trust trust = Objects.requireNonNull(status().trust());
        assertThat(trust.membersOnActiveBundle()).isEqualTo(3);
        assertThat(trust.activeBundleHash()).isEqualTo("sha256:" + SecretData.hash(content("a-1-tls", "ca.crt")));
        assertThat(trust.leafExpiry()).startsWith("2026-04-01");
        assertThat(trust.pending()).isNull();
    }

    @Test
    void optionalClientsAreNotAsked() {
        create(1, "clientAuthentication: Optional");
        settle();

        assertThat(pods().getFirst().getSpec().getContainers().getFirst().getArgs())
                .contains("--peer-client-cert-auth=true")
                .noneMatch(flag -> flag.startsWith("--client-cert-auth") || flag.startsWith("--trusted-ca-file"));
    }

    @Test
    void certificatesAreRenewedWithoutRestart() {
        create("");
        settle();
        Map<String, String> uids = uids();
        String before = cloud.mounts.serial("a-2");
        String authority = content("a-ca", "tls.crt");

        now = now.plus(Duration.ofHours(2160 - 721));
        settle();
        assertThat(cloud.mounts.serial("a-2")).isEqualTo(before);

        now = now.plus(Duration.ofHours(1));
        settle();
        assertThat(cloud.mounts.serial("a-2")).isNotEqualTo(before);
        assertThat(condition("CertificatesValid")).isEqualTo("Valid");
        assertThat(uids()).isEqualTo(uids);
        assertThat(content("a-ca", "tls.crt")).isEqualTo(authority);
    }

    @Test
    void namesThatAreAddedReachTheCertificates() {
        create(1, "");
        settle();

        change(Map.of("extraServerNames", List.of("etcd.example.com")));
        settle();
        assertThat(Pem.certificate(content("a-1-tls", "tls.crt")).toString()).contains("etcd.example.com");
    }

    /** A new operator for each pass: nothing is remembered but what Kubernetes holds. */
    @Test
    void authorityIsReplacedWithoutRestart() {
        create("caDuration: 1000h, caRenewBefore: 400h, caOverlap: 10h");
        settle();
        Map<String, String> uids = uids();
        String old = content("a-ca", "tls.crt");

        now = now.plus(Duration.ofHours(601));
        cloud.mounts.holdBack("a-2");
        settle();
        now = now.plus(Duration.ofHours(30));
        settle();
        assertThat(published()).as("old and new").hasSize(2);
        assertThat(content("a-ca", "tls.crt"))
                .as("a-2 doesn't trust the new one yet")
                .isEqualTo(old);
        assertThat(condition("CertificatesValid")).isEqualTo("Rotating");
        assertThat(message("CertificatesValid")).contains("[a-2]");
        assertThat(Objects.requireNonNull(status().operation()).type()).isEqualTo(Operation.Type.ROTATE_TRUST);
        assertThat(Objects.requireNonNull(status().trust()).membersOnActiveBundle())
                .isEqualTo(2);

        cloud.mounts.release("a-2");
        settle();
        assertThat(content("a-ca", "tls.crt")).as("clients have their time").isEqualTo(old);

        cloud.mounts.holdBack("a-3");
        now = now.plus(Duration.ofHours(10));
        settle();
        now = now.plus(Duration.ofHours(30));
        settle();
        assertThat(content("a-ca", "tls.crt")).isNotEqualTo(old);
        assertThat(published()).as("a-3 still shows the old one's").hasSize(2);
        assertThat(Objects.requireNonNull(status().operation()).step()).isEqualTo("ReplaceCertificates");

        cloud.mounts.release("a-3");
        settle();
        now = now.plus(Duration.ofHours(10));
        settle();
        assertThat(published()).containsExactly(Pem.certificate(content("a-ca", "tls.crt")));
        assertThat(SecretData.of(secret("a-ca"))).containsOnlyKeys("tls.crt", "tls.key");
        assertThat(condition("CertificatesValid")).isEqualTo("Valid");
        assertThat(status().operation()).isNull();
        assertThat(uids()).isEqualTo(uids);
    }

    @Test
    void secretOfSomebodyElseIsLeftAlone() {
        Secret foreign = new SecretBuilder()
                .withNewMetadata()
                .withName("a-client")
                .withNamespace(NAMESPACE)
                .endMetadata()
                .addToData("mine", "eA==")
                .build();
        var _ = client.resource(foreign).create();
        create("");
        settle();
        assertThat(condition("CertificatesValid")).isEqualTo("SecretInvalid");
        assertThat(message("CertificatesValid")).contains("a-client");
        assertThat(pods()).isEmpty();
        assertThat(secret("a-client").getData()).containsOnlyKeys("mine");

        client.resource(foreign).delete();
        settle();
        assertThat(pods()).hasSize(3);
    }

    @Test
    void whoIsInTheWayKeepsNobodyElseFromRenewal() {
        create(1, "");
        settle();
        String before = cloud.mounts.serial("a-1");

        client.secrets().inNamespace(NAMESPACE).withName("a-client").delete();
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("a-client")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        now = now.plus(Duration.ofHours(1500));
        settle();
        assertThat(cloud.mounts.serial("a-1")).isNotEqualTo(before);
        assertThat(condition("CertificatesValid")).isEqualTo("SecretInvalid");
    }

    /** As an operator that lost its lead while it slept. */
    @Test
    void whoLookedBeforeAnotherWroteWritesNothing() {
        create(1, "");
        settle();
        now = now.plus(Duration.ofHours(1500));
        Seen seen = new ClusterObserver(client, cloud, "mainstay/node", () -> now).observe(cluster());
        settle();
        String renewed = content("a-1-tls", "tls.crt");

        assertThatThrownBy(() -> new TrustKeeper(client, new SimpleMeterRegistry())
                        .keep(seen, Tracing.off().pass("EtcdCluster", NAMESPACE, "a")))
                .isInstanceOf(KubernetesClientException.class);
        assertThat(content("a-1-tls", "tls.crt")).isEqualTo(renewed);
    }

    @Test
    void withoutItsAuthorityAClusterRunsOnButDoesNotGrow() {
        create("");
        settle();

        client.secrets().inNamespace(NAMESPACE).withName("a-ca").delete();
        client.pods().inNamespace(NAMESPACE).withName("a-2").delete();
        change("replicas", 5);
        settle();
        assertThat(pods()).hasSize(3);
        assertThat(condition("CertificatesValid")).isEqualTo("SecretInvalid");
        assertThat(client.resources(EtcdMember.class)
                        .inNamespace(NAMESPACE)
                        .list()
                        .getItems())
                .hasSize(3);
    }

    @Test
    void tornSecretOfAMemberIsMadeAnew() {
        create(1, "");
        settle();

        var _ = client.secrets()
                .inNamespace(NAMESPACE)
                .withName("a-1-tls")
                .edit(secret ->
                        new SecretBuilder(secret).addToData("tls.key", "eA==").build());
        var _ = pass.run(NAMESPACE, "a");
        assertThat(content("a-1-tls", "tls.key")).contains("PRIVATE KEY");
        settle();
        assertThat(condition("CertificatesValid")).isEqualTo("Valid");
    }

    @Test
    void pausedClusterKeepsItsCertificates() {
        create(1, "");
        settle();
        String before = cloud.mounts.serial("a-1");

        change("paused", true);
        now = now.plus(Duration.ofHours(2160 - 10));
        settle();
        assertThat(cloud.mounts.serial("a-1")).isEqualTo(before);

        change("paused", false);
        settle();
        assertThat(cloud.mounts.serial("a-1")).isNotEqualTo(before);
    }

    @Test
    void withoutCertManagerNothingIsBegun() {
        create("issuance: CertManager, certManager: {issuerRef: {name: corp}}");
        settle();

        assertThat(condition("CertificatesValid")).isEqualTo("CertManagerMissing");
        assertThat(message("CertificatesValid")).contains("cert-manager isn't installed");
        assertThat(pods()).isEmpty();
    }

    @Test
    void namesThatCannotBeAreSaid() {
        create("extraServerNames: ['not a name']");
        settle();

        assertThat(message("Ready")).contains("'not a name'");
    }

    @Test
    void steadyClusterIsWrittenNothing() {
        create(1, "");
        settle();
        now = now.plusSeconds(60);
        settle();
        List<String> before = versions();

        for (int i = 0; i < 5; i++) {
            now = now.plusSeconds(20);
            var _ = pass.run(NAMESPACE, "a");
        }
        assertThat(versions()).isEqualTo(before);
    }

    private void create(String tls) {
        create(3, tls);
    }

    private void create(int replicas, String tls) {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec:
                          replicas: %d
                          version: 1.4.2
                          storage: {size: 1Gi}
                          tls: {%s}
                          updateStrategy: {readySeconds: 1}
                        """.formatted(replicas, tls), EtcdCluster.class))
                .create();
    }

    private void change(Map<String, Object> tls) {
        change("tls", tls);
    }

    private void change(String field, Object value) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdCluster.class))
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    spec.put(field, value);
                    return resource;
                });
    }

    /** Passes, each by another operator, until nothing more happens for a while. */
    private void settle() {
        List<String> before = List.of();
        for (int quiet = 0, i = 0; quiet < 3 && i < 300; i++) {
            pass = operator();
            var _ = pass.run(NAMESPACE, "a");
            cloud.step();
            now = now.plusSeconds(2);
            List<String> after = versions();
            quiet = after.equals(before) ? quiet + 1 : 0;
            before = after;
        }
    }

    private EtcdCluster cluster() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    private EtcdClusterStatus status() {
        return Objects.requireNonNull(cluster().getStatus());
    }

    private Condition find(String type) {
        return status().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private String condition(String type) {
        return find(type).getReason();
    }

    private String message(String type) {
        return find(type).getMessage();
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    private Map<String, String> uids() {
        Map<String, String> uids = new TreeMap<>();
        pods().forEach(pod ->
                uids.put(pod.getMetadata().getName(), pod.getMetadata().getUid()));
        return uids;
    }

    private Secret secret(String name) {
        return client.secrets().inNamespace(NAMESPACE).withName(name).get();
    }

    private String content(String secret, String key) {
        return SecretData.of(secret(secret)).getOrDefault(key, "");
    }

    private List<X509Certificate> published() {
        ConfigMap map =
                client.configMaps().inNamespace(NAMESPACE).withName("a-ca").get();
        return Pem.certificates(map.getData().getOrDefault("ca.crt", ""));
    }

    private List<String> versions() {
        List<HasMetadata> objects = new ArrayList<>(List.of(cluster()));
        objects.addAll(
                client.resources(EtcdMember.class).inNamespace(NAMESPACE).list().getItems());
        objects.addAll(pods());
        objects.addAll(client.secrets().inNamespace(NAMESPACE).list().getItems());
        objects.addAll(client.configMaps().inNamespace(NAMESPACE).list().getItems());
        return objects.stream()
                .map(object -> object.getKind()
                        + object.getMetadata().getName()
                        + object.getMetadata().getResourceVersion())
                .sorted()
                .toList();
    }
}
