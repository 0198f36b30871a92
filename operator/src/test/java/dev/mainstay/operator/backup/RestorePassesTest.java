package dev.mainstay.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.ClusterPass;
import dev.mainstay.operator.cluster.FakeCloud;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clusters that begin from a backup and clusters that are brought back to one, over an API server's objects; every pass is a new operator's. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class RestorePassesTest {

    private static final String NAMESPACE = "test";
    private static final String ID = "20260101T010000.000Z-9f3c01ab";

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private FakeJobs jobs;

    @SuppressWarnings("NullAway.Init")
    private FakeCloud cloud;

    private Instant now = Instant.now();

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
        jobs = new FakeJobs(client, () -> now);
        jobs.tool = arguments -> new FakeJobs.Outcome(
                0,
                "{\"exitCode\":0,\"result\":{\"id\":\"" + ID + "\",\"revision\":"
                        + (arguments.contains("restore") ? "1000000042" : "42") + "}}");
        var _ = client.resource(new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withName("claim")
                        .withNamespace(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        create(EtcdBackupStore.class, "metadata: {name: s}\nspec: {volume: {claimName: claim}}");
    }

    @Test
    void newClusterBeginsWithWhatABackupHolds() {
        cluster("b", 1, "bootstrap: {backup: {backupRef: {name: backup}}}");
        settle();
        assertThat(pods("b-")).isEmpty();
        assertThat(ready("b")).startsWith("False Bootstrapping there is no EtcdBackup backup");

        create(EtcdBackup.class, """
                metadata: {name: backup}
                spec: {clusterRef: {name: a}, storeRef: {name: s}, verification: None}
                status:
                  artifact: {uri: "", id: %s}
                  conditions: [{type: Succeeded, status: "True", reason: Stored, message: ""}]
                """.formatted(ID));
        settle();
        assertThat(pods("b-")).containsExactly("b-1");
        assertThat(ready("b")).startsWith("True AllMembersReady");
        String restore = jobs.commands.stream()
                .filter(command -> command.startsWith("backup restore"))
                .reduce((one, other) -> {
                    throw new AssertionError("restored twice: " + one + "; " + other);
                })
                .orElseThrow();
        assertThat(restore)
                .startsWith("backup restore " + ID + " --data-dir=/data/member --name=b-1"
                        + " --initial-cluster=b-1=http://b-1.b-members.test.svc:2380 --initial-cluster-token=test.b.")
                .contains(".1 --initial-advertise-peer-urls=http://b-1.b-members.test.svc:2380 --if-absent"
                        + " --repository=file:///store/a ");
        assertThat(client.pods()
                        .inNamespace(NAMESPACE)
                        .withName("b-1")
                        .get()
                        .getSpec()
                        .getContainers()
                        .getFirst()
                        .getArgs())
                .containsAll(List.of(restore.split(" ", -1)).stream()
                        .filter(flag -> flag.startsWith("--initial") || flag.startsWith("--name"))
                        .toList());
        assertThat(Objects.requireNonNull(
                                get(EtcdCluster.class, "b").getStatus().restore())
                        .revision())
                .isEqualTo("1000000042");
    }

    @Test
    void backupThatCannotBeRestoredIsTriedAgainAndNothingBegins() {
        jobs.tool =
                _ -> new FakeJobs.Outcome(1, "{\"exitCode\":1,\"error\":\"s3 is closed\",\"kind\":\"UNREACHABLE\"}");
        cluster(
                "b",
                1,
                "bootstrap: {archive: {storeRef: {name: s}, path: old, target: {timestamp: \"2026-09-01T12:00:00Z\"}}}");
        for (int i = 0; i < 20; i++) {
            var _ = clusterPass("b");
            jobs.step();
        }
        assertThat(pods("b-")).isEmpty();
        assertThat(ready("b")).contains("s3 is closed");
        assertThat(jobs.commands).hasSize(1);

        jobs.tool = _ -> new FakeJobs.Outcome(0, "{\"exitCode\":0}");
        now = now.plusSeconds(130);
        settle();
        assertThat(pods("b-")).containsExactly("b-1");
        assertThat(jobs.commands.stream().filter(command -> command.startsWith("backup restore")))
                .hasSize(2)
                .allMatch(command -> command.startsWith("backup restore --to-time=2026-09-01T12:00:00Z --data-dir"));
    }

    @Test
    void clusterThatHasJoinedAnotherIsntBroughtBack() {
        cloud.runElsewhere("x1.old");
        cluster("a", 1, "bootstrap: {existing: {endpoints: ['http://x1.old:2379'], mode: Join}}");
        settle();
        backup("backup");
        settle();
        restore("undo", "source: {backupRef: {name: backup}}");
        settle();
        assertThat(outcome("undo")).contains("have joined another cluster");
        assertThat(pods("a-")).containsExactly("a-1");
    }

    @Test
    void clusterIsBroughtBackInPlace() {
        cluster("a", 3, "");
        settle();
        backup("backup");
        settle();
        String before = get(EtcdCluster.class, "a").getStatus().clusterID();
        List<String> services = names(Service.class);
        jobs.commands.clear();

        restore("undo", "source: {backupRef: {name: backup}}");
        settle();
        assertThat(outcome("undo")).startsWith("True Completed");
        assertThat(pods("a-")).containsExactly("a-4", "a-5", "a-6");
        assertThat(names(EtcdMember.class)).containsExactly("a-4", "a-5", "a-6");
        assertThat(names(Service.class)).isEqualTo(services);
        EtcdRestore done = get(EtcdRestore.class, "undo");
        assertThat(done.getStatus().newClusterID()).isEqualTo("c2").isNotEqualTo(before);
        assertThat(done.getStatus().restoredRevision()).isEqualTo("42");
        assertThat(done.getStatus().resultingRevision()).isEqualTo("1000000042");
        assertThat(done.getStatus().safetyBackup()).isEqualTo("a-before-undo");
        assertThat(jobs.commands).hasSize(3);
        assertThat(jobs.commands.get(0)).startsWith("backup verify " + ID + " --mode=checksum");
        assertThat(jobs.commands.get(1)).startsWith("backup create --from=any");
        assertThat(jobs.commands.get(2))
                .startsWith("backup restore " + ID + " --data-dir=/data/member --name=a-4")
                .contains(".2 --initial-advertise-peer-urls=")
                .contains("--bump-revision=1000000000 --mark-compacted");
        assertThat(client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
                .hasSize(4);

        client.resources(EtcdRestore.class)
                .inNamespace(NAMESPACE)
                .withName("undo")
                .delete();
        restore("undo", "source: {object: {storeRef: {name: s}, key: other/latest}}\nsafetyBackup: Skip");
        settle();
        assertThat(outcome("undo")).startsWith("True Completed");
        assertThat(get(EtcdCluster.class, "a").getStatus().incarnation()).isEqualTo(3);
        assertThat(jobs.commands.get(3)).startsWith("backup verify latest").contains("file:///store/other ");
        assertThat(jobs.commands.get(4)).startsWith("backup restore " + ID).contains("file:///store/other ");
    }

    @Test
    void nothingIsTouchedWhenTheSourceOrTheSafetyBackupFails() {
        cluster("a", 1, "");
        settle();
        var tool = jobs.tool;
        jobs.tool = arguments -> arguments.contains("verify")
                ? new FakeJobs.Outcome(2, "{\"exitCode\":2,\"error\":\"files/x isn't what was written\"}")
                : tool.apply(arguments);

        restore("broken", "source: {object: {storeRef: {name: s}, key: a/latest}}");
        settle();
        assertThat(outcome("broken")).startsWith("False SourceInvalid").contains("files/x isn't what was written");

        jobs.tool = arguments -> arguments.contains("create")
                ? new FakeJobs.Outcome(1, "{\"exitCode\":1,\"error\":\"full\",\"kind\":\"FULL\"}")
                : tool.apply(arguments);
        restore("unsafe", "source: {object: {storeRef: {name: s}, key: a/latest}}");
        settle();
        assertThat(outcome("unsafe")).startsWith("False SafetyBackupFailed");
        assertThat(pods("a-")).containsExactly("a-1");
        assertThat(get(EtcdCluster.class, "a").getStatus().incarnation()).isEqualTo(1);

        restore("bold", "source: {object: {storeRef: {name: s}, key: a/latest}}\nsafetyBackup: BestEffort");
        settle();
        assertThat(outcome("bold")).startsWith("True Completed");
    }

    /** Volumes of before stay until the end, and nobody is stuck with a restore that can't come to one. */
    @Test
    void restoreThatCannotEndGivesWayToAnother() {
        cluster("a", 1, "");
        settle();
        var tool = jobs.tool;
        jobs.tool = arguments -> arguments.contains("restore")
                ? new FakeJobs.Outcome(1, "{\"exitCode\":1,\"error\":\"gone\",\"kind\":\"DAMAGED\"}")
                : tool.apply(arguments);
        restore("stuck", "source: {object: {storeRef: {name: s}, key: a/latest}}\nsafetyBackup: Skip");
        settle();
        assertThat(outcome("stuck")).startsWith("Unknown Rebuilding").contains("gone");
        assertThat(client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
                .hasSize(3);

        jobs.tool = arguments ->
                arguments.contains("restore") && arguments.toString().contains("--name=a-2")
                        ? new FakeJobs.Outcome(1, "{\"exitCode\":1,\"error\":\"gone\",\"kind\":\"DAMAGED\"}")
                        : tool.apply(arguments);
        restore("other", "source: {object: {storeRef: {name: s}, key: b/latest}}\nsafetyBackup: Skip");
        settle();
        assertThat(outcome("other")).startsWith("Unknown ClusterUnavailable EtcdRestore stuck is under way");

        client.resources(EtcdRestore.class)
                .inNamespace(NAMESPACE)
                .withName("stuck")
                .delete();
        settle();
        assertThat(outcome("other")).startsWith("True Completed");
        assertThat(pods("a-")).containsExactly("a-3");
        assertThat(names(EtcdMember.class)).containsExactly("a-3");
    }

    @Test
    void whatIsMissingIsSaidAndWaitedFor() {
        restore("undo", "source: {object: {storeRef: {name: s}, key: a/latest}}\nsafetyBackup: Skip");
        settle();
        assertThat(outcome("undo")).startsWith("Unknown ClusterMissing");

        cluster("a", 1, "");
        settle();
        assertThat(outcome("undo")).startsWith("True Completed");

        restore("later", "source: {backupRef: {name: none}}");
        settle();
        assertThat(outcome("later")).startsWith("Unknown BackupMissing there is no EtcdBackup none");
    }

    /** Until nobody wants to go on at once. */
    private void settle() {
        for (int quiet = 0, i = 0; quiet < 5 && i < 200; i++) {
            Means means = means();
            List<Duration> again = new ArrayList<>();
            names(EtcdBackupStore.class).forEach(name -> again.add(new StorePass(means).run(NAMESPACE, name)));
            names(EtcdBackup.class).forEach(name -> again.add(new BackupPass(means).run(NAMESPACE, name)));
            names(EtcdRestore.class).forEach(name -> again.add(new RestorePass(means).run(NAMESPACE, name)));
            names(EtcdCluster.class).forEach(name -> again.add(clusterPass(name)));
            cloud.step();
            jobs.step();
            now = now.plusSeconds(2);
            quiet = again.contains(Again.AT_ONCE) ? 0 : quiet + 1;
        }
    }

    private Means means() {
        return new Means(client, () -> now, "mainstay/node", "0.1.0", new SimpleMeterRegistry());
    }

    private Duration clusterPass(String name) {
        try {
            Optional<Decision> decision = new ClusterPass(
                            client,
                            new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                            new Actuator(client, cloud, "mainstay/node"),
                            new RootKeeper(client, new FakeAuth()),
                            new MigrationKeeper(client, "mainstay/node"),
                            new SimpleMeterRegistry())
                    .run(NAMESPACE, name);
            Action action = decision.orElseThrow().action();
            return action instanceof Action.Idle || action instanceof Action.Wait ? Again.AT_REST : Again.AT_ONCE;
        } catch (KubernetesClientException e) {
            assertThat(e.getCode()).as(e.getMessage()).isEqualTo(409);
            return Again.AT_ONCE;
        }
    }

    private <T extends HasMetadata> void create(Class<T> type, String yaml) {
        T object = Serialization.unmarshal(yaml, type);
        object.getMetadata().setNamespace(NAMESPACE);
        object.getMetadata().setGeneration(1L);
        var _ = client.resource(object).create();
    }

    private void cluster(String name, int replicas, String more) {
        create(EtcdCluster.class, """
                metadata: {name: %s}
                spec:
                  replicas: %d
                  version: 1.4.2
                  storage: {size: 1Gi}
                  tls: {mode: Disabled}
                  updateStrategy: {readySeconds: 1}
                  %s
                """.formatted(name, replicas, more));
    }

    private void backup(String name) {
        create(
                EtcdBackup.class,
                "metadata: {name: " + name
                        + "}\nspec: {clusterRef: {name: a}, storeRef: {name: s}, verification: None, timeoutSeconds: 80000}");
    }

    private void restore(String name, String more) {
        create(
                EtcdRestore.class,
                "metadata: {name: " + name + "}\nspec:\n" + ("clusterRef: {name: a}\nconfirm: a\n" + more).indent(2));
    }

    private <T extends HasMetadata> List<String> names(Class<T> type) {
        return client.resources(type).inNamespace(NAMESPACE).list().getItems().stream()
                .map(object -> object.getMetadata().getName())
                .sorted()
                .toList();
    }

    private List<String> pods(String prefix) {
        return client.pods().inNamespace(NAMESPACE).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .filter(name -> name.startsWith(prefix) && name.matches("[a-z]-[0-9]+"))
                .sorted()
                .toList();
    }

    private <T extends HasMetadata> T get(Class<T> type, String name) {
        return client.resources(type).inNamespace(NAMESPACE).withName(name).get();
    }

    private String ready(String cluster) {
        return text(get(EtcdCluster.class, cluster).getStatus().conditions(), "Ready");
    }

    private String outcome(String restore) {
        return text(get(EtcdRestore.class, restore).getStatus().conditions(), "Succeeded");
    }

    private static String text(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.getType().equals(type))
                .map(condition -> condition.getStatus() + " " + condition.getReason() + " " + condition.getMessage())
                .findFirst()
                .orElse("");
    }
}
