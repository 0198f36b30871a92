package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.certificates.SecretData;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.member.ClientIdentity;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.GrpcAuth;
import dev.mainstay.operator.member.GrpcMembers;
import dev.mainstay.operator.member.MemberApi;
import dev.mainstay.operator.member.MemberCallException;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
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
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The operator over a mocked API server, with processes of the real node as pods, of which two of three are killed: the third goes on alone,
 * twice, with certificates, and those of before are refused. Needs the node to be packaged; {@code -Dmainstay.program=} is another one. Runs with
 * {@code -Dexcluded.groups=none}.
 */
@Tag("slow")
@EnableKubernetesMockClient(crud = true)
@Timeout(600)
class RealLostQuorumTest {

    private static final String NAMESPACE = "test";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

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
    void theOneThatIsLeftGoesOnAndThoseOfBeforeAreRefused() throws Exception {
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
            String id = status().clusterID();
            Pod before = pod("a-2");

            lose(pass, pods, 2, "a-2", "a-3");
            run(
                    pass,
                    pods,
                    () -> Objects.equals(status().incarnation(), 2) && "AllMembersReady".equals(condition("Ready")));
            assertThat(status().clusterID()).isEqualTo(id);
            assertThat(Objects.requireNonNull(status().recovery()).survivor()).isEqualTo("a-1");
            assertThat(ask(1).list()).hasSize(3).allMatch(line -> !line.learner());
            assertThat(pods.startAgain(before)).contains("was forced to begin anew without it", "can't come back");

            // The same one once more, whose process has had the flag all the time.
            lose(pass, pods, 3, "a-4", "a-5");
            run(
                    pass,
                    pods,
                    () -> Objects.equals(status().incarnation(), 3) && "AllMembersReady".equals(condition("Ready")));
            assertThat(Objects.requireNonNull(status().recovery()).survivor()).isEqualTo("a-1");
            assertThat(ask(1).list()).extracting(MemberApi.Line::name).containsExactlyInAnyOrder("a-1", "a-6", "a-7");
        }
    }

    private void lose(ClusterPass pass, RealPods pods, int next, String... names) throws Exception {
        for (String name : names) {
            pods.lose(name);
        }
        run(pass, pods, () -> "AwaitingApproval".equals(condition("Recovering")));
        MemberApi.LogEnd log = members.log(endpoint(1));
        assertThat(log.index()).isGreaterThanOrEqualTo(ask(1).index());
        assertThat(message("Recovering"))
                .contains("a-1 knows most", "up to entry " + log.index() + " of term " + log.term());
        var _ = client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(cluster -> {
                    cluster.getMetadata()
                            .setAnnotations(
                                    new TreeMap<>(Map.of(MainstayApi.APPROVE_RECOVERY, Integer.toString(next))));
                    return cluster;
                });
    }

    private void run(ClusterPass pass, RealPods pods, BooleanSupplier done) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!done.getAsBoolean()) {
            assertThat(Instant.now())
                    .as(() -> Files.exists(folder) ? Serialization.asYaml(status()) + pods.logs() : "")
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
                          updateStrategy: {readySeconds: 1}
                          recovery: {quorumLoss: {afterSeconds: 5}}
                        """, EtcdCluster.class)).create();
    }

    private EtcdClusterStatus status() {
        return Objects.requireNonNullElse(
                client.resources(EtcdCluster.class)
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get()
                        .getStatus(),
                EtcdClusterStatus.EMPTY);
    }

    private String condition(String type) {
        return found(type).getReason();
    }

    private String message(String type) {
        return found(type).getMessage();
    }

    private Condition found(String type) {
        return status().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseGet(Condition::new);
    }

    private Pod pod(String name) {
        return client.pods().inNamespace(NAMESPACE).withName(name).get();
    }

    private MemberApi.Answer ask(int number) {
        return members.ask(endpoint(number));
    }

    private Endpoint endpoint(int number) {
        Map<String, String> data = SecretData.of(
                client.secrets().inNamespace(NAMESPACE).withName("a-client").get());
        ClientIdentity identity = new ClientIdentity(
                data.getOrDefault("ca.crt", ""), data.getOrDefault("tls.crt", ""), data.getOrDefault("tls.key", ""));
        String address = "127.0.1." + number;
        return new Endpoint(address + ":2379", address + ":2381", "a-" + number + ".a-members.test.svc", identity);
    }
}
