package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.backup.FakeJobs;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
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

/** A cluster that takes over the data of one that runs. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterMigrationTest {

    private static final String NAMESPACE = "test";
    private static final String FOLLOW = "a-migrate";
    private static final String LEAVE = "a-cut-over";

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
    private FakeJobs jobs;

    private final FakeAuth auth = new FakeAuth();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
        jobs = new FakeJobs(client, () -> now);
        jobs.runs = false;
    }

    @Test
    void theSourceIsFollowedUntilSomebodyLetsItBeLeft() {
        secret("old-tls", Map.of("ca.crt", "x", "tls.crt", "y", "tls.key", "z"));
        secret("old-root", Map.of("username", "root", "password", "hidden"));
        create("replicas: 3, auth: {mode: Password}, bootstrap: {existing: {endpoints: ['https://old:2379'],"
                + " tlsSecretRef: {name: old-tls}, userSecretRef: {name: old-root}}}");
        while (cluster().getStatus() == null
                || !Objects.equals(cluster().getStatus().votingReplicas(), 3)) {
            pass();
            if (names().contains(FOLLOW)) {
                assertThat(cluster().getStatus().readyReplicas()).isEqualTo(3);
            }
        }
        settle();

        assertThat(names()).containsExactly(FOLLOW);
        assertThat(arguments(FOLLOW))
                .contains(
                        "--from=https://old:2379",
                        "--from-cacert=/source-tls/ca.crt",
                        "--from-cert=/source-tls/tls.crt",
                        "--from-user=root",
                        "--from-password-file=/source-user/password",
                        "--cut-over=manual")
                .anyMatch(argument -> argument.startsWith("--to=https://a-1.") && argument.split(",", -1).length == 3);
        assertThat(Serialization.asYaml(job(FOLLOW))).doesNotContain("hidden");
        assertThat(job(FOLLOW).getSpec().getTemplate().getSpec().getVolumes())
                .anyMatch(volume -> volume.getSecret() != null
                        && "a-operator".equals(volume.getSecret().getSecretName()));
        assertThat(find("Migrated").getStatus()).isEqualTo("False");
        assertThat(find("Migrated").getReason()).isEqualTo("Following");
        assertThat(find("Migrated").getMessage()).contains("mainstay.dev/cut-over=true");
        assertThat(find("Ready").getReason()).isEqualTo("Migrating");
        assertThat(auth.changes).as("the source's users come first").isEmpty();

        annotate();
        settle();
        assertThat(names()).containsExactly(LEAVE);
        assertThat(arguments(LEAVE)).contains("--cut-over=auto");
        assertThat(find("Migrated").getReason()).isEqualTo("CuttingOver");

        end(0, "{\"exitCode\":0,\"result\":{\"phase\":\"finished\",\"revision\":4711,\"revisionsAfter\":2}}");
        assertThat(find("Migrated").getStatus()).isEqualTo("True");
        assertThat(find("Migrated").getMessage()).contains("revision 4711").contains("written to 2 times");
        assertThat(find("Ready").getReason()).isEqualTo("AllMembersReady");
        assertThat(names()).isEmpty();
        assertThat(client.persistentVolumeClaims()
                        .inNamespace(NAMESPACE)
                        .withName("a-migrate")
                        .get())
                .isNull();
        assertThat(auth.enabled).isTrue();
    }

    @Test
    void itIsLeftAtOnceWhereTheSpecSaysSo() {
        create("replicas: 1, bootstrap: {existing: {endpoints: ['http://old:2379'], cutOver: Automatic}}");
        settle();
        assertThat(names()).containsExactly(LEAVE);
        assertThat(arguments(LEAVE)).noneMatch(argument -> argument.startsWith("--from-c"));
        end(0, "{\"exitCode\":0,\"result\":{\"phase\":\"finished\",\"revision\":9}}");
        assertThat(find("Migrated").getReason()).isEqualTo("Finished");
    }

    @Test
    void whatFailsIsToldAndTriedAgain() {
        create("replicas: 1, bootstrap: {existing: {endpoints: ['http://old:2379']}}");
        settle();
        end(1, "{\"exitCode\":1,\"error\":\"--from: no member answers\"}");
        assertThat(find("Migrated").getReason()).isEqualTo("Failing");
        assertThat(find("Migrated").getMessage()).contains("no member answers");
        String uid = job(FOLLOW).getMetadata().getUid();

        now = now.plus(Duration.ofMinutes(3));
        settle();
        assertThat(job(FOLLOW).getMetadata().getUid()).isNotEqualTo(uid);
        assertThat(find("Migrated").getReason()).isEqualTo("Following");

        annotate();
        settle();
        end(2, "{\"exitCode\":2,\"result\":{\"phase\":\"different\",\"differences\":[\"user ann is new\"]}}");
        assertThat(find("Migrated").getReason()).isEqualTo("Different");
        assertThat(find("Migrated").getMessage()).contains("user ann is new");
        assertThat(find("Ready").getStatus()).isEqualTo("False");
    }

    @Test
    void aSecretThatIsntThereIsNamed() {
        create("replicas: 1, bootstrap: {existing: {endpoints: ['https://old:2379'], tlsSecretRef: {name: old-tls},"
                + " userSecretRef: {name: old-root}}}");
        settle();
        assertThat(names()).isEmpty();
        assertThat(find("Migrated").getReason()).isEqualTo("SecretInvalid");
        assertThat(find("Migrated").getMessage()).contains("old-tls");

        secret("old-tls", Map.of("tls.crt", "y"));
        settle();
        assertThat(find("Migrated").getMessage()).contains("one of tls.crt and tls.key");

        client.secrets().inNamespace(NAMESPACE).withName("old-tls").delete();
        secret("old-tls", Map.of("ca.crt", "y"));
        secret("old-root", Map.of("username", "root"));
        settle();
        assertThat(find("Migrated").getMessage()).contains("old-root has no username or no password");

        client.secrets().inNamespace(NAMESPACE).withName("old-root").delete();
        secret("old-root", Map.of("username", "root", "password", "p"));
        settle();
        assertThat(names()).containsExactly(FOLLOW);
    }

    @Test
    void whileItGoesOnNothingIsWritten() {
        create("replicas: 1, bootstrap: {existing: {endpoints: ['http://old:2379']}}");
        settle();
        now = now.plusSeconds(60);
        settle();
        String version = cluster().getMetadata().getResourceVersion();
        String job = job(FOLLOW).getMetadata().getResourceVersion();
        for (int i = 0; i < 5; i++) {
            now = now.plusSeconds(20);
            var _ = operator().run(NAMESPACE, "a");
        }
        assertThat(cluster().getMetadata().getResourceVersion()).isEqualTo(version);
        assertThat(job(FOLLOW).getMetadata().getResourceVersion()).isEqualTo(job);
    }

    private ClusterPass operator() {
        return new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, auth),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
    }

    private void create(String more) {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec: {version: 1.4.2, storage: {size: 1Gi}, updateStrategy: {readySeconds: 1}, %s}
                        """.formatted(more), EtcdCluster.class))
                .create();
    }

    private void secret(String name, Map<String, String> content) {
        Map<String, String> encoded = new TreeMap<>();
        content.forEach((key, value) ->
                encoded.put(key, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .withData(encoded)
                        .build())
                .create();
    }

    private void annotate() {
        EtcdCluster cluster = cluster();
        cluster.getMetadata().setAnnotations(new TreeMap<>(Map.of("mainstay.dev/cut-over", "true")));
        var _ = client.resource(cluster).update();
    }

    /** Lets the job that runs end so, once, and passes on. */
    private void end(int exitCode, String message) {
        jobs.tool = _ -> new FakeJobs.Outcome(exitCode, message);
        jobs.runs = true;
        jobs.step();
        jobs.runs = false;
        settle();
    }

    private void pass() {
        var _ = operator().run(NAMESPACE, "a");
        cloud.step();
        now = now.plusSeconds(2);
    }

    /** Passes, each by another operator, until nothing more happens for a while. */
    private void settle() {
        String before = "";
        for (int quiet = 0, i = 0; quiet < 4 && i < 300; i++) {
            pass();
            String after = cluster().getMetadata().getResourceVersion() + names() + auth.changes.size();
            quiet = after.equals(before) ? quiet + 1 : 0;
            before = after;
        }
    }

    private List<String> names() {
        return client.batch().v1().jobs().inNamespace(NAMESPACE).list().getItems().stream()
                .map(job -> job.getMetadata().getName())
                .sorted()
                .toList();
    }

    private Job job(String name) {
        return client.batch().v1().jobs().inNamespace(NAMESPACE).withName(name).get();
    }

    private List<String> arguments(String job) {
        return job(job).getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getArgs();
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
}
