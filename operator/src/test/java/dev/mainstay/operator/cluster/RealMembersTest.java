package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.GrpcAuth;
import dev.mainstay.operator.member.GrpcMembers;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator over a mocked API server, with processes of the real node as pods: their flags, their certificates, and authorities that are
 * replaced all the time under calls. Needs the node to be packaged; {@code -Dmainstay.program=} is another one. Runs with
 * {@code -Dexcluded.groups=none}.
 */
@Tag("slow")
@EnableKubernetesMockClient(crud = true)
@Timeout(300)
class RealMembersTest {

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
    private final Set<String> refused = new LinkedHashSet<>();

    @Test
    void authoritiesAreReplacedUnderRunningMembers() throws Exception {
        Path program = Path.of(System.getProperty("mainstay.program", "../node/target/mainstay/bin/mainstay"));
        assertThat(program).as("the node's program: package the node first").exists();
        ClusterPass pass = new ClusterPass(
                client,
                new ClusterObserver(client, members, "mainstay/node", Clock.systemUTC()),
                new Actuator(client, members, "mainstay/node"),
                new RootKeeper(client, new GrpcAuth()),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
        create();
        try (RealPods pods = new RealPods(client, program, folder)) {
            run(pass, pods, () -> "AllMembersReady".equals(condition("Ready")));
            ClientIdentity first = identity();

            Set<String> authorities = new LinkedHashSet<>();
            int[] calls = new int[1];
            run(pass, pods, () -> {
                for (int number = 1; number <= 3; number++) {
                    assertThat(members.ask(endpoint(number, identity())).id()).isNotEmpty();
                    calls[0]++;
                }
                authorities.add(first.authorities().equals(identity().authorities()) ? "" : content("a-ca", "tls.crt"));
                return authorities.size() > 3;
            });
            System.out.println("real members: " + calls[0] + " calls while authorities were replaced, all answered");
            assertThat(pods.allRun()).isTrue();
            assertThatThrownBy(() -> members.ask(endpoint(1, first)))
                    .as("whom the first authority signed, and who believes only that")
                    .isInstanceOf(MemberCallException.class);
        }
    }

    private void run(ClusterPass pass, RealPods pods, BooleanSupplier done) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!done.getAsBoolean()) {
            assertThat(Instant.now())
                    .as(() -> Files.exists(folder)
                            ? Serialization.asYaml(cluster().getStatus()) + pods.logs()
                            : "")
                    .isBefore(end);
            try {
                var _ = pass.run(NAMESPACE, "a");
            } catch (MemberCallException e) {
                // As a member that was just added: the next pass looks again.
                refused.add(String.valueOf(e.getMessage()));
            }
            pods.step();
            Thread.sleep(200);
        }
    }

    private void create() {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec:
                          replicas: 3
                          version: 1.4.2
                          storage: {size: 1Gi}
                          tls: {caDuration: 20m, caRenewBefore: 1195s, caOverlap: 2s}
                          updateStrategy: {readySeconds: 1}
                        """, EtcdCluster.class)).create();
    }

    private EtcdCluster cluster() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    private String condition(String type) {
        return cluster().getStatus() == null
                ? ""
                : cluster().getStatus().conditions().stream()
                        .filter(condition -> condition.getType().equals(type))
                        .map(Condition::getReason)
                        .findFirst()
                        .orElse("");
    }

    private String content(String secret, String key) {
        return SecretData.of(
                        client.secrets().inNamespace(NAMESPACE).withName(secret).get())
                .getOrDefault(key, "");
    }

    /** As an application has it. */
    private ClientIdentity identity() {
        Map<String, String> data = SecretData.of(
                client.secrets().inNamespace(NAMESPACE).withName("a-client").get());
        return new ClientIdentity(
                data.getOrDefault("ca.crt", ""), data.getOrDefault("tls.crt", ""), data.getOrDefault("tls.key", ""));
    }

    private static Endpoint endpoint(int number, ClientIdentity identity) {
        String address = "127.0.1." + number;
        return new Endpoint(address + ":2379", address + ":2381", "a-" + number + ".a-members.test.svc", identity);
    }
}
