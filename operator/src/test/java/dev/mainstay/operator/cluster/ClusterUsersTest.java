package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.pki.Authority;
import dev.mainstay.operator.pki.Pem;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster that asks callers who they are: its root, and its users' certificates. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterUsersTest {

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

    private final FakeAuth members = new FakeAuth();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
    }

    private ClusterPass operator() {
        return new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, members),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
    }

    @Test
    void rootIsMadeBeforeCallersAreAsked() {
        create("auth: {mode: Password}");
        settle();
        assertThat(members.enabled).isTrue();
        assertThat(members.changes).containsExactly("add role root", "add user root", "grant root to root", "enable");
        assertThat(content("a-root", "password")).hasSize(32).isEqualTo(members.passwords.get("root"));
        assertThat(content("a-root", "username")).isEqualTo("root");
        assertThat(reason("AuthReady")).isEqualTo("Enabled");
    }

    @Test
    void rootHasThePasswordOfItsSecret() {
        create("auth: {mode: Password, rootPasswordSecretRef: {name: mine}}");
        settle();
        assertThat(members.enabled).isFalse();
        assertThat(reason("AuthReady")).isEqualTo("SecretInvalid");
        assertThat(message("AuthReady")).contains("secret mine");

        secret("mine", "one");
        settle();
        assertThat(members.enabled).isTrue();
        assertThat(members.passwords).containsEntry("root", "one");

        secret("mine", "two");
        settle();
        assertThat(members.passwords).containsEntry("root", "two");
        assertThat(reason("AuthReady")).isEqualTo("Enabled");
        assertThat(Serialization.asYaml(cluster()) + client.v1().events().list().getItems())
                .doesNotContain("two");
    }

    @Test
    void usersAreAskedForOnlyWhenNothingElseIsToBeDone() {
        create("auth: {mode: Password}, replicas: 3");
        for (int i = 0; i < 4; i++) {
            var _ = operator().run(NAMESPACE, "a");
            cloud.step();
        }
        assertThat(members.enabled).isFalse();
        settle();
        assertThat(members.enabled).isTrue();
    }

    @Test
    void whoIsLetInByHandIsAskedAgain() {
        create("auth: {mode: Password}");
        settle();
        members.enabled = false;
        settle();
        assertThat(members.enabled).isTrue();
        assertThat(events()).contains("AuthPutBack");
    }

    @Test
    void whatACallIsAnsweredWithStopsNothingElse() {
        create("auth: {mode: Password}");
        members.answers = 2;
        for (int i = 0; i < 30 && !members.changes.contains("add user root"); i++) {
            var _ = operator().run(NAMESPACE, "a");
            cloud.step();
            now = now.plusSeconds(2);
        }
        assertThat(reason("AuthReady")).isEqualTo("CallFailed");
        settle();
        assertThat(members.enabled).isTrue();
        assertThat(reason("Ready")).isEqualTo("AllMembersReady");
    }

    @Test
    void withoutCertificatesOfClientsThereAreNoUsers() {
        create("auth: {mode: Password}, tls: {clientAuthentication: Optional}");
        settle();
        assertThat(message("Ready")).contains("spec.tls.clientAuthentication");
        assertThat(members.changes).isEmpty();
    }

    @Test
    void usersCertificatesAreMadeRenewedAndGoWithTheAuthority() {
        create("tls: {caDuration: 1000h, caRenewBefore: 400h, caOverlap: 10h, leafDuration: 500h, renewBefore: 100h}");
        user("ann", "userName: '#ann'");
        user("bob", "userName: bob, authentication: Password");
        settle();
        String first = content("ann-tls", "tls.crt");
        assertThat(Pem.certificate(first).getSubjectX500Principal().getName()).isEqualTo("CN=\\#ann");
        assertThat(client.secrets().inNamespace(NAMESPACE).withName("bob-tls").get())
                .isNull();

        now = now.plus(Duration.ofHours(401));
        settle();
        assertThat(content("ann-tls", "tls.crt")).isNotEqualTo(first);

        for (int i = 0; i < 10; i++) {
            now = now.plus(Duration.ofHours(30));
            settle();
            assertThat(Pem.certificates(content("ann-tls", "ca.crt")))
                    .as("what is in use is believed")
                    .anyMatch(authority -> Authority.signed(authority, Pem.certificate(content("a-1-tls", "tls.crt"))));
            assertThat(Pem.certificates(content("a-1-tls", "ca.crt")))
                    .anyMatch(authority -> Authority.signed(authority, Pem.certificate(content("ann-tls", "tls.crt"))));
        }
        assertThat(content("ann-tls", "ca.crt")).isEqualTo(content("a-ca", "tls.crt"));
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
    }

    @Test
    void aUsersSecretThatIsInTheWayIsTheUsersMatter() {
        secret("ann-tls", "x");
        user("ann", "userName: ann");
        user("eve", "userName: eve, certificateSecretName: a-client");
        create("replicas: 3");
        settle();
        assertThat(reason("Ready")).isEqualTo("AllMembersReady");
        assertThat(reason("CertificatesValid")).isEqualTo("Valid");
        assertThat(Pem.certificate(content("a-client", "tls.crt"))
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=client");
        assertThat(client.secrets()
                        .inNamespace(NAMESPACE)
                        .withName("ann-tls")
                        .get()
                        .getData())
                .containsOnlyKeys("password");
    }

    @Test
    void nobodyBecomesRootOrAMemberByACertificate() {
        for (String name : List.of("root", "mainstay-member", "#0c04726f6f74", "\\root")) {
            user("u" + Math.floorMod(name.hashCode(), 1000), "userName: '" + name + "'");
        }
        create("");
        settle();
        client.secrets().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(secret -> secret.getMetadata().getName().startsWith("u"))
                .map(secret -> Pem.certificate(SecretData.of(secret).getOrDefault("tls.crt", "")))
                .forEach(certificate -> assertThat(
                                certificate.getSubjectX500Principal().getName())
                        .isNotIn("CN=root", "CN=mainstay-member"));
    }

    @Test
    void steadyClusterIsWrittenNothing() {
        create("auth: {mode: Password}");
        user("ann", "userName: ann");
        settle();
        now = now.plusSeconds(60);
        settle();
        ClusterPass one = operator();
        var _ = one.run(NAMESPACE, "a");
        int changes = members.changes.size();
        int logins = members.logins;
        String version = cluster().getMetadata().getResourceVersion();
        for (int i = 0; i < 5; i++) {
            now = now.plusSeconds(20);
            var _ = one.run(NAMESPACE, "a");
        }
        assertThat(cluster().getMetadata().getResourceVersion()).isEqualTo(version);
        assertThat(members.changes).hasSize(changes);
        assertThat(members.logins).as("nothing has changed").isEqualTo(logins);
    }

    private void create(String more) {
        var _ = client.resource(Serialization.unmarshal(
                        """
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec: {version: 1.4.2, storage: {size: 1Gi}, updateStrategy: {readySeconds: 1} %s %s}
                        """.formatted(
                                more.contains("replicas") ? "" : ", replicas: 1", more.isEmpty() ? "" : ", " + more),
                        EtcdCluster.class))
                .create();
    }

    private void user(String name, String spec) {
        EtcdUser user = Serialization.unmarshal("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdUser
                metadata: {name: %s, namespace: test}
                spec: {clusterRef: {name: a}, %s}
                """.formatted(name, spec), EtcdUser.class);
        var _ = client.resource(user).create();
    }

    private void secret(String name, String password) {
        String encoded = Base64.getEncoder().encodeToString(password.getBytes(StandardCharsets.UTF_8));
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .addToData("password", encoded)
                        .build())
                .createOr(NonDeletingOperation::update);
    }

    /** Passes, each by another operator, until nothing more happens for a while. */
    private void settle() {
        String before = "";
        for (int quiet = 0, i = 0; quiet < 4 && i < 300; i++) {
            var _ = operator().run(NAMESPACE, "a");
            cloud.step();
            now = now.plusSeconds(2);
            String after = cluster().getMetadata().getResourceVersion()
                    + client.secrets().inNamespace(NAMESPACE).list().getItems().stream()
                            .map(secret -> secret.getMetadata().getResourceVersion())
                            .toList()
                    + members.changes.size();
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

    private Set<String> events() {
        Set<String> reasons = new TreeSet<>();
        client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .map(Event::getReason)
                .forEach(reasons::add);
        return reasons;
    }
}
