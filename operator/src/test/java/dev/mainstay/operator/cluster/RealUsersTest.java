package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.api.v1alpha1.EtcdAccessStatus;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdRole;
import dev.mainstay.api.v1alpha1.EtcdUser;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.operator.access.AccessMeans;
import dev.mainstay.operator.access.RolePass;
import dev.mainstay.operator.access.UserPass;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.member.AuthApi.PasswordCheck;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.GrpcAuth;
import dev.mainstay.operator.member.GrpcMembers;
import dev.mainstay.operator.member.KeyRange;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.member.Permission;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users and roles in a process of the real node, over a mocked API server. Needs the node to be packaged; {@code -Dmainstay.program=} is
 * another one. Runs with {@code -Dexcluded.groups=none}.
 */
@Tag("slow")
@EnableKubernetesMockClient(crud = true)
@Timeout(300)
class RealUsersTest {

    private static final String NAMESPACE = "test";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final GrpcMembers members = new GrpcMembers();
    private final GrpcAuth auth = new GrpcAuth();

    @SuppressWarnings("NullAway.Init")
    private ClusterPass clusters;

    @SuppressWarnings("NullAway.Init")
    private UserPass users;

    @SuppressWarnings("NullAway.Init")
    private RolePass roles;

    @Test
    void usersMayDoWhatTheirObjectsSay() throws Exception {
        Path program = Path.of(System.getProperty("mainstay.program", "../node/target/mainstay/bin/mainstay"));
        assertThat(program).as("the node's program: package the node first").exists();
        clusters = new ClusterPass(
                client,
                new ClusterObserver(client, members, "mainstay/node", Clock.systemUTC()),
                new Actuator(client, members, "mainstay/node"),
                new RootKeeper(client, auth),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
        AccessMeans means = new AccessMeans(client, auth, Clock.systemUTC(), new SimpleMeterRegistry());
        users = new UserPass(means);
        roles = new RolePass(means);
        make("""
                kind: EtcdCluster
                metadata: {name: a, namespace: test}
                spec:
                  replicas: 1
                  version: 1.4.2
                  storage: {size: 1Gi}
                  auth: {mode: Password}
                  updateStrategy: {readySeconds: 1}
                """, EtcdCluster.class);
        make("""
                kind: EtcdRole
                metadata: {name: orders, namespace: test}
                spec:
                  clusterRef: {name: a}
                  permissions: [{access: ReadWrite, prefix: /orders/}, {access: Read, key: /config}]
                """, EtcdRole.class);
        make("""
                kind: EtcdUser
                metadata: {name: ann, namespace: test}
                spec: {clusterRef: {name: a}, userName: ann, roles: [orders]}
                """, EtcdUser.class);
        password("bob", "first");
        make("""
                kind: EtcdUser
                metadata: {name: bob, namespace: test}
                spec:
                  clusterRef: {name: a}
                  userName: bob
                  authentication: Password
                  passwordSecretRef: {name: bob}
                  roles: [orders]
                """, EtcdUser.class);
        try (RealPods pods = new RealPods(client, program, folder)) {
            until(pods, () -> synced() && "Enabled".equals(authReady()));

            put(identity("ann-tls"), "/orders/1");
            assertThatThrownBy(() -> put(identity("ann-tls"), "/config"))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> put(identity("a-client"), "/orders/1"))
                    .as("an application without a user")
                    .isInstanceOf(StatusRuntimeException.class);
            assertThat(check("bob", "first")).isEqualTo(PasswordCheck.MATCHES);
            assertThat(check("bob", "second")).isEqualTo(PasswordCheck.DIFFERS);
            assertThat(check("ann", "first")).isEqualTo(PasswordCheck.NONE);
            assertThat(check("root", content("a-root", "password"))).isEqualTo(PasswordCheck.MATCHES);

            long revision = auth.status(root()).revision();
            for (int i = 0; i < 3; i++) {
                pass();
            }
            assertThat(auth.status(root()).revision())
                    .as("what is as wanted isn't written again")
                    .isEqualTo(revision);

            auth.revokeRole(root(), "ann", "orders");
            auth.setPassword(root(), "bob", "by hand");
            auth.revokePermission(root(), "orders", KeyRange.one("/config".getBytes(StandardCharsets.UTF_8)));
            auth.grantPermission(
                    root(), "orders", new Permission(Permission.Access.READ, KeyRange.prefix(new byte[0])));
            until(pods, this::synced);
            assertThat(auth.user(root(), "ann")).isEqualTo(Optional.of(Set.of("orders")));
            assertThat(check("bob", "first")).isEqualTo(PasswordCheck.MATCHES);
            assertThat(auth.role(root(), "orders").orElseThrow())
                    .containsExactlyInAnyOrder(
                            new Permission(
                                    Permission.Access.READ_WRITE,
                                    KeyRange.prefix("/orders/".getBytes(StandardCharsets.UTF_8))),
                            new Permission(
                                    Permission.Access.READ, KeyRange.one("/config".getBytes(StandardCharsets.UTF_8))));

            password("bob", "second");
            password("a-root", "of my own");
            until(pods, () -> synced() && check("root", "of my own") == PasswordCheck.MATCHES);
            assertThat(check("bob", "second")).isEqualTo(PasswordCheck.MATCHES);
            assertThat(check("bob", "first")).isEqualTo(PasswordCheck.DIFFERS);

            assertThat(users.cleanup(NAMESPACE, "ann")).isTrue();
            assertThat(roles.cleanup(NAMESPACE, "orders")).isTrue();
            assertThat(auth.user(root(), "ann")).isEmpty();
            assertThat(auth.role(root(), "orders")).isEmpty();
            assertThatThrownBy(() -> put(identity("ann-tls"), "/orders/1")).isInstanceOf(StatusRuntimeException.class);
        }
    }

    private void pass() {
        try {
            var _ = clusters.run(NAMESPACE, "a");
        } catch (MemberCallException e) {
            // As a member that was just added: the next pass looks again.
            assertThat(e).isNotNull();
        }
        var _ = roles.run(NAMESPACE, "orders");
        var _ = users.run(NAMESPACE, "ann");
        var _ = users.run(NAMESPACE, "bob");
    }

    private void until(RealPods pods, BooleanSupplier done) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        do {
            assertThat(Instant.now())
                    .as(() -> Files.exists(folder) ? said() + pods.logs() : "")
                    .isBefore(end);
            pass();
            pods.step();
            Thread.sleep(200);
        } while (!done.getAsBoolean());
    }

    private boolean synced() {
        return List.of(ready(EtcdUser.class, "ann"), ready(EtcdUser.class, "bob"), ready(EtcdRole.class, "orders"))
                .stream()
                .allMatch("Synced"::equals);
    }

    private String said() {
        return Serialization.asYaml(List.of(
                Objects.requireNonNull(cluster().getStatus()).conditions(),
                ready(EtcdUser.class, "ann"),
                ready(EtcdUser.class, "bob"),
                ready(EtcdRole.class, "orders")));
    }

    private <T extends CustomResource<?, EtcdAccessStatus>> String ready(Class<T> type, String name) {
        EtcdAccessStatus status = client.resources(type)
                .inNamespace(NAMESPACE)
                .withName(name)
                .get()
                .getStatus();
        return status == null
                ? ""
                : status.conditions().stream()
                        .map(Condition::getReason)
                        .findFirst()
                        .orElse("");
    }

    private String authReady() {
        return Objects.requireNonNull(cluster().getStatus()).conditions().stream()
                .filter(condition -> condition.getType().equals("AuthReady"))
                .map(Condition::getReason)
                .findFirst()
                .orElse("");
    }

    private EtcdCluster cluster() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    private <T extends CustomResource<?, ?>> void make(String yaml, Class<T> type) {
        var _ = client.resource(Serialization.unmarshal("apiVersion: mainstay.dev/v1alpha1\n" + yaml, type))
                .create();
    }

    private void password(String secret, String password) {
        String encoded = Base64.getEncoder().encodeToString(password.getBytes(StandardCharsets.UTF_8));
        var place = client.secrets().inNamespace(NAMESPACE).withName(secret);
        if (place.get() == null) {
            var _ = client.resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName(secret)
                            .withNamespace(NAMESPACE)
                            .endMetadata()
                            .addToData("password", encoded)
                            .build())
                    .create();
        } else {
            var _ = place.edit(found ->
                    new SecretBuilder(found).addToData("password", encoded).build());
        }
    }

    private PasswordCheck check(String user, String password) {
        return auth.check(root(), user, password);
    }

    private String content(String secret, String key) {
        return SecretData.of(
                        client.secrets().inNamespace(NAMESPACE).withName(secret).get())
                .getOrDefault(key, "");
    }

    private ClientIdentity identity(String secret) {
        Map<String, String> data = SecretData.of(
                client.secrets().inNamespace(NAMESPACE).withName(secret).get());
        return new ClientIdentity(
                data.getOrDefault("ca.crt", ""), data.getOrDefault("tls.crt", ""), data.getOrDefault("tls.key", ""));
    }

    private Endpoint root() {
        return new Endpoint("127.0.1.1:2379", "127.0.1.1:2381", "a-1.a-members.test.svc", identity("a-operator"));
    }

    private static void put(ClientIdentity identity, String key) throws Exception {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///127.0.1.1:2379")
                .overrideAuthority("a-1.a-members.test.svc")
                .sslContext(GrpcSslContexts.forClient()
                        .trustManager(stream(identity.authorities()))
                        .keyManager(stream(identity.certificate()), stream(identity.key()))
                        .build())
                .build();
        try {
            var _ = KVGrpc.newBlockingStub(channel)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8(key))
                            .setValue(ByteString.copyFromUtf8("1"))
                            .build());
        } finally {
            channel.shutdownNow();
        }
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
