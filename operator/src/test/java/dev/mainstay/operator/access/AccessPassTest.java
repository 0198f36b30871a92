package dev.mainstay.operator.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdAccessStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdRole;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.operator.cluster.desired.Names;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.Permission;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users and roles as objects, over a mocked API server, each pass by a new operator. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class AccessPassTest {

    private static final String NAMESPACE = "test";

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    private final FakeAuth members = new FakeAuth();
    private final Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void setUp() {
        members.enabled = true;
        EtcdCluster cluster = Serialization.unmarshal("""
                apiVersion: mainstay.dev/v1alpha1
                kind: EtcdCluster
                metadata: {name: a, namespace: test}
                spec: {version: 1.4.2, replicas: 1, storage: {size: 1Gi}, auth: {mode: Password}}
                """, EtcdCluster.class);
        EtcdCluster made = client.resource(cluster).create();
        made.setStatus(Serialization.unmarshal("""
                leader: a-1
                members: [{name: a-1, role: Leader, ready: true}]
                conditions: [{type: Available, status: "True", reason: QuorumHealthy, message: x}]
                """, EtcdClusterStatus.class));
        var _ = client.resource(made).updateStatus();
        var _ = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("a-1")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withNewStatus()
                        .withPodIP("10.0.0.1")
                        .endStatus()
                        .build())
                .create();
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("a-operator")
                        .withNamespace(NAMESPACE)
                        .withOwnerReferences(Names.owner(made))
                        .endMetadata()
                        .addToData(Map.of("ca.crt", "eA==", "tls.crt", "eA==", "tls.key", "eA=="))
                        .build())
                .create();
    }

    private AccessMeans means() {
        return new AccessMeans(client, members, () -> now, new SimpleMeterRegistry());
    }

    private boolean role(String name) {
        return new RolePass(means()).run(NAMESPACE, name);
    }

    private boolean user(String name) {
        return new UserPass(means()).run(NAMESPACE, name);
    }

    @Test
    void rolesAreMadeChangedPutBackAndRemoved() {
        makeRole("r", "permissions: [{access: Read, key: /config}, {access: ReadWrite, prefix: /orders/}]");
        assertThat(role("r")).isTrue();
        assertThat(members.roles.get("r"))
                .isEqualTo(Map.of(
                        KeyRange.one(bytes("/config")), Permission.Access.READ,
                        KeyRange.prefix(bytes("/orders/")), Permission.Access.READ_WRITE));
        assertThat(reason(EtcdRole.class, "r")).isEqualTo("Synced");
        assertThat(events()).doesNotContain("DriftCorrected");

        members.revokePermission(endpoint(), "r", KeyRange.one(bytes("/config")));
        members.grantPermission(
                endpoint(), "r", new Permission(Permission.Access.READ, KeyRange.prefix(bytes("/secrets/"))));
        assertThat(role("r")).isTrue();
        assertThat(members.roles.get("r")).hasSize(2).doesNotContainKey(KeyRange.prefix(bytes("/secrets/")));
        assertThat(events()).contains("DriftCorrected");

        assertThat(new RolePass(means()).cleanup(NAMESPACE, "r")).isTrue();
        assertThat(members.roles).isEmpty();
    }

    @Test
    void whatASteadyRoleAndUserCost() {
        makeRole("r", "permissions: [{access: Read, prefix: ''}]");
        makeUser("u", "userName: ann, authentication: Password, roles: [r]");
        UserPass users = new UserPass(means());
        RolePass roles = new RolePass(means());
        for (int i = 0; i < 3; i++) {
            var _ = roles.run(NAMESPACE, "r");
            var _ = users.run(NAMESPACE, "u");
        }
        List<String> versions = versions();
        int changes = members.changes.size();
        int logins = members.logins;
        for (int i = 0; i < 5; i++) {
            assertThat(roles.run(NAMESPACE, "r")).isTrue();
            assertThat(users.run(NAMESPACE, "u")).isTrue();
        }
        assertThat(versions()).isEqualTo(versions);
        assertThat(members.changes).hasSize(changes);
        assertThat(members.logins).isEqualTo(logins);
    }

    @Test
    void passwordsComeFromSecretsAndAreRotated() {
        makeUser("u", "userName: ann, authentication: Password, passwordSecretRef: {name: p, key: pass}");
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("SecretInvalid");
        assertThat(message(EtcdUser.class, "u")).contains("secret p", "key pass");
        assertThat(members.users).isEmpty();

        secret("p", "pass", "one");
        assertThat(user("u")).isTrue();
        assertThat(members.passwords).containsEntry("ann", "one");

        secret("p", "pass", "two");
        assertThat(user("u")).isTrue();
        assertThat(members.passwords).containsEntry("ann", "two");
        assertThat(events()).doesNotContain("DriftCorrected");

        members.setPassword(endpoint(), "ann", "by hand");
        assertThat(user("u")).isTrue();
        assertThat(members.passwords).containsEntry("ann", "two");
        assertThat(events()).contains("DriftCorrected");
        assertThat(told()).doesNotContain("two").doesNotContain("by hand");

        secret("p", "pass", "x".repeat(73));
        assertThat(user("u")).isFalse();
        assertThat(message(EtcdUser.class, "u")).contains("72 bytes");
    }

    @Test
    void passwordsAreGeneratedWhereNoneIsGiven() {
        makeUser("u", "userName: ann, authentication: Password");
        assertThat(user("u")).isTrue();
        Secret secret =
                client.secrets().inNamespace(NAMESPACE).withName("u-password").get();
        String password =
                new String(Base64.getDecoder().decode(secret.getData().get("password")), StandardCharsets.UTF_8);
        assertThat(password).hasSize(32);
        assertThat(members.passwords).containsEntry("ann", password);
        assertThat(secret.getMetadata().getOwnerReferences()).hasSize(1);
    }

    @Test
    void aUserGetsAndLosesItsPassword() {
        makeUser("u", "userName: ann");
        var _ = user("u");
        assertThat(members.passwords).containsEntry("ann", "");

        change("u", "authentication", "Password");
        assertThat(user("u")).isTrue();
        assertThat(members.passwords.get("ann")).hasSize(32);

        change("u", "authentication", "Certificate");
        var _ = user("u");
        assertThat(members.passwords).containsEntry("ann", "");
    }

    @Test
    void certificateOfAUserIsWaitedFor() {
        makeUser("u", "userName: ann");
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("CertificatePending");

        EtcdUser user = get(EtcdUser.class, "u");
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("u-tls")
                        .withNamespace(NAMESPACE)
                        .withOwnerReferences(Names.owner(user))
                        .endMetadata()
                        .build())
                .create();
        assertThat(user("u")).isTrue();

        makeUser("v", "userName: eve, certificateSecretName: a-operator");
        assertThat(user("v")).isFalse();
        assertThat(reason(EtcdUser.class, "v")).isEqualTo("SecretConflict");
    }

    @Test
    void missingRolesAreNamedAndGrantedOnceTheyAreThere() {
        makeUser("u", "userName: ann, authentication: Password, roles: [r, s]");
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("RoleMissing");
        assertThat(message(EtcdUser.class, "u")).contains("r, s");

        makeRole("r", "permissions: []");
        makeRole("other", "roleName: s, permissions: []");
        var _ = role("r");
        var _ = role("other");
        assertThat(user("u")).isTrue();
        assertThat(members.users).containsEntry("ann", Set.of("r", "s"));

        members.revokeRole(endpoint(), "ann", "s");
        assertThat(user("u")).isTrue();
        assertThat(members.users).containsEntry("ann", Set.of("r", "s"));
        assertThat(events()).contains("DriftCorrected");
    }

    @Test
    void whatIsThereAlreadyIsTakenOverOnlyIfAsked() {
        members.users.put("ann", new TreeSet<>(Set.of("root")));
        members.passwords.put("ann", "hers");
        members.addRole(endpoint(), "r");
        makeUser("u", "userName: ann, authentication: Password");
        makeRole("r", "permissions: [{access: Read, key: k}]");
        assertThat(user("u")).isFalse();
        assertThat(role("r")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("Conflict");
        assertThat(reason(EtcdRole.class, "r")).isEqualTo("Conflict");
        assertThat(members.users).containsEntry("ann", Set.of("root"));

        assertThat(new UserPass(means()).cleanup(NAMESPACE, "u")).isTrue();
        assertThat(new RolePass(means()).cleanup(NAMESPACE, "r")).isTrue();
        assertThat(members.users).as("not ours to remove").containsKey("ann");
        assertThat(members.roles).as("not ours to remove").containsKey("r");

        adopt(EtcdUser.class, "u");
        adopt(EtcdRole.class, "r");
        assertThat(role("r")).isTrue();
        assertThat(user("u")).isTrue();
        assertThat(members.users).containsEntry("ann", Set.of());
        assertThat(members.passwords.get("ann")).isNotEqualTo("hers");
        assertThat(members.roles.get("r")).hasSize(1);
    }

    @Test
    void twoObjectsForOneName() {
        makeUser("u", "userName: ann, authentication: Password");
        makeUser("v", "userName: ann, authentication: Password");
        assertThat(user("u")).isTrue();
        assertThat(user("v")).isFalse();
        assertThat(reason(EtcdUser.class, "v")).isEqualTo("Conflict");
        assertThat(message(EtcdUser.class, "v")).contains("EtcdUser u");
        assertThat(new UserPass(means()).cleanup(NAMESPACE, "v")).isTrue();
        assertThat(members.users).containsKey("ann");
    }

    @Test
    void operatorKilledAfterEachCall() {
        makeRole("r", "permissions: []");
        var _ = role("r");
        makeUser("u", "userName: ann, authentication: Password, roles: [r]");
        members.answers = 1;
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("CallFailed");
        assertThat(members.users).containsEntry("ann", Set.of());

        assertThat(user("u")).as("what it made it knows for its own").isTrue();
        assertThat(members.users).containsEntry("ann", Set.of("r"));
    }

    @Test
    void deletionWaitsForTheClusterUnlessItIsGone() {
        makeUser("u", "userName: ann, authentication: Password");
        assertThat(user("u")).isTrue();
        available(false);
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("ClusterUnavailable");
        assertThat(new UserPass(means()).cleanup(NAMESPACE, "u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("Deleting");

        available(true);
        assertThat(new UserPass(means()).cleanup(NAMESPACE, "u")).isTrue();
        assertThat(members.users).isEmpty();

        assertThat(user("u")).isTrue();
        client.resources(EtcdCluster.class).inNamespace(NAMESPACE).withName("a").delete();
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("ClusterMissing");
        assertThat(new UserPass(means()).cleanup(NAMESPACE, "u")).isTrue();
        assertThat(members.users).as("nobody to ask").containsKey("ann");
    }

    @Test
    void whatIsRetainedStays() {
        makeUser("u", "userName: ann, authentication: Password, deletionPolicy: Retain");
        assertThat(user("u")).isTrue();
        assertThat(new UserPass(means()).cleanup(NAMESPACE, "u")).isTrue();
        assertThat(members.users).containsKey("ann");
    }

    @Test
    void clusterThatDoesNotAskYetIsPrepared() {
        members.enabled = false;
        makeUser("u", "userName: ann, authentication: Password");
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("AuthDisabled");
        assertThat(members.users).containsKey("ann");
        int changes = members.changes.size();
        assertThat(user("u")).isFalse();
        assertThat(members.changes).hasSize(changes);

        members.enabled = true;
        assertThat(user("u")).isTrue();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("Synced");
    }

    @Test
    void whatCannotBeIsSaid() {
        makeRole("r", "permissions: [{access: Read, range: {from: b, to: a}}]");
        assertThat(role("r")).isFalse();
        assertThat(reason(EtcdRole.class, "r")).isEqualTo("InvalidSpec");
        makeRole("s", "permissions: [{access: Read, keyBytes: '***'}]");
        assertThat(role("s")).isFalse();
        assertThat(message(EtcdRole.class, "s")).contains("base64");
        makeUser("u", "userName: mainstay-member");
        assertThat(user("u")).isFalse();
        assertThat(reason(EtcdUser.class, "u")).isEqualTo("Conflict");
        assertThat(members.changes).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Endpoint endpoint() {
        return new Endpoint("", "", "", null);
    }

    private void makeRole(String name, String spec) {
        make("EtcdRole", EtcdRole.class, name, spec);
    }

    private void makeUser(String name, String spec) {
        make("EtcdUser", EtcdUser.class, name, spec);
    }

    private <T extends CustomResource<?, ?>> void make(String kind, Class<T> type, String name, String spec) {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: %s
                        metadata: {name: %s, namespace: test}
                        spec: {clusterRef: {name: a}, %s}
                        """.formatted(kind, name, spec), type))
                .create();
    }

    private void change(String user, String field, String value) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdUser.class))
                .inNamespace(NAMESPACE)
                .withName(user)
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    spec.put(field, value);
                    return resource;
                });
    }

    private <T extends CustomResource<?, ?>> void adopt(Class<T> type, String name) {
        var _ = client.resources(type).inNamespace(NAMESPACE).withName(name).edit(object -> {
            object.getMetadata().setAnnotations(Map.of("mainstay.dev/adopt", "true"));
            return object;
        });
    }

    private void available(boolean available) {
        EtcdCluster cluster = get(EtcdCluster.class, "a");
        Objects.requireNonNull(cluster.getStatus())
                .conditions()
                .forEach(condition -> condition.setStatus(available ? "True" : "False"));
        var _ = client.resource(cluster).updateStatus();
    }

    private void secret(String name, String key, String value) {
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .addToData(key, Base64.getEncoder().encodeToString(bytes(value)))
                        .build())
                .createOr(NonDeletingOperation::update);
    }

    private <T extends CustomResource<?, ?>> T get(Class<T> type, String name) {
        return client.resources(type).inNamespace(NAMESPACE).withName(name).get();
    }

    private <T extends CustomResource<?, EtcdAccessStatus>> Condition ready(Class<T> type, String name) {
        return Objects.requireNonNull(get(type, name).getStatus()).conditions().getFirst();
    }

    private <T extends CustomResource<?, EtcdAccessStatus>> String reason(Class<T> type, String name) {
        return ready(type, name).getReason();
    }

    private <T extends CustomResource<?, EtcdAccessStatus>> String message(Class<T> type, String name) {
        return ready(type, name).getMessage();
    }

    private Set<String> events() {
        Set<String> reasons = new TreeSet<>();
        client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .map(Event::getReason)
                .forEach(reasons::add);
        return reasons;
    }

    private String told() {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                        .map(Event::getMessage)
                        .toList()
                + Serialization.asYaml(get(EtcdUser.class, "u").getStatus());
    }

    private List<String> versions() {
        return List.of(
                get(EtcdUser.class, "u").getMetadata().getResourceVersion(),
                get(EtcdRole.class, "r").getMetadata().getResourceVersion(),
                String.valueOf(client.v1()
                        .events()
                        .inNamespace(NAMESPACE)
                        .list()
                        .getItems()
                        .size()));
    }
}
