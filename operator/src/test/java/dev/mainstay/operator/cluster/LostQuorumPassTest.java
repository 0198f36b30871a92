package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two of three members are lost: what the operator writes and makes of it, over an API server's objects. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class LostQuorumPassTest {

    private static final String NAMESPACE = "test";
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @SuppressWarnings("NullAway.Init")
    private FakeCloud cloud;

    @SuppressWarnings("NullAway.Init")
    private ClusterPass pass;

    /** Pods' ages are by the server's clock. */
    private Instant now = Instant.now();

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
        pass = new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, new FakeAuth()),
                new MigrationKeeper(client, "mainstay/node"),
                meters);
    }

    @Test
    void goesOnWithTheOneThatIsLeftOnceThatIsApproved() {
        create("{policy: Manual}");
        settle();
        schedule();
        cloud.logEnds("a-1", 500);

        lose();
        assertThat(condition("Available")).isEqualTo("QuorumLost");
        assertThat(condition("Recovering")).isEqualTo("None");
        now = now.plus(PATIENCE);
        settle();
        assertThat(condition("Recovering")).isEqualTo("AwaitingApproval");
        assertThat(message("Recovering"))
                .contains("a-1 knows most: revision 500, and a log up to entry 500 of term 2")
                .endsWith("kubectl annotate etcdcluster a mainstay.dev/approve-recovery=2 --overwrite");
        assertThat(lostSeconds()).isGreaterThan(900);

        approve("5");
        settle();
        assertThat(condition("Recovering")).isEqualTo("AwaitingApproval");
        assertThat(message("Recovering")).contains("incarnation 5 is approved");
        assertThat(status().plannedRecovery()).isNull();

        approve("2");
        settle();
        assertThat(pods()).containsExactly("a-1", "a-4", "a-5");
        EtcdClusterStatus.Recovered recovery = Objects.requireNonNull(status().recovery());
        assertThat(recovery.survivor()).isEqualTo("a-1");
        assertThat(recovery.decided()).isEqualTo(EtcdClusterStatus.Decided.APPROVED);
        assertThat(recovery.revision()).isEqualTo("500");
        assertThat(recovery.fencing()).contains("the pod of a-2 is gone", "the pod of a-3 is gone");
        assertThat(recovery.completionTime()).isNotNull();
        assertThat(status().incarnation()).isEqualTo(2);
        assertThat(status().clusterToken()).endsWith(".2");
        assertThat(status().replicas()).isEqualTo(3);
        assertThat(condition("Recovering")).isEqualTo("None");
        assertThat(condition("Ready")).isEqualTo("AllMembersReady");
        assertThat(lostSeconds()).isZero();
        assertThat(arguments("a-1")).contains("--force-new-cluster");
        assertThat(arguments("a-4")).doesNotContain("--force-new-cluster");
        assertThat(client.resources(EtcdBackup.class)
                        .inNamespace(NAMESPACE)
                        .withName("a-after-recovery-2")
                        .get())
                .isNotNull();
        assertThat(events())
                .anyMatch(event -> event.startsWith("Warning AwaitingApproval: "))
                .anyMatch(event -> event.startsWith("Warning ChoosingSurvivor: the cluster is to go on with a-1"))
                .anyMatch(event -> event.startsWith("Warning IncarnationRaised: incarnation 2 begins with a-1"))
                .contains("Normal QuorumRecovered: a-1 serves alone; others join it now");

        volumesAreKeptForAWeek();
        theFlagGoesWithTheNextPod();
    }

    private void volumesAreKeptForAWeek() {
        assertThat(aside()).hasSize(2).allSatisfy((member, claim) -> {
            assertThat(member).isIn("a-2", "a-3");
            assertThat(claim.getMetadata().getOwnerReferences()).isEmpty();
        });
        now = now.plus(Duration.ofDays(7).minusMinutes(30));
        settle();
        assertThat(aside()).hasSize(2);

        now = now.plus(Duration.ofHours(1));
        settle();
        assertThat(aside()).isEmpty();
        assertThat(client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
                .hasSize(3);
    }

    private void theFlagGoesWithTheNextPod() {
        client.pods().inNamespace(NAMESPACE).withName("a-1").delete();
        settle();
        assertThat(arguments("a-1"))
                .doesNotContain("--force-new-cluster")
                .anyMatch(argument -> argument.startsWith("--initial-cluster-token=") && argument.endsWith(".1"));
        assertThat(condition("Ready")).isEqualTo("AllMembersReady");
    }

    @Test
    void membersThatComeBackInTimeAreAllThereIs() {
        create("{policy: Automatic}");
        settle();
        List<String> before = pods();

        lose();
        now = now.plus(PATIENCE.minusMinutes(2));
        settle();
        assertThat(condition("Available")).isEqualTo("QuorumLost");
        cloud.speak("a-2");
        cloud.speak("a-3");
        settle();

        assertThat(condition("Ready")).isEqualTo("AllMembersReady");
        assertThat(pods()).isEqualTo(before);
        assertThat(status().recovery()).isNull();
        assertThat(status().incarnation()).isIn((Integer) null, 1);
        assertThat(events()).noneMatch(event -> event.contains("Recover") || event.contains("Survivor"));
    }

    @Test
    void byItselfItGoesOnOnlyWhenMachinesAreKnownToBeGone() {
        create("{policy: Automatic}");
        settle();
        machine("a-2", "n2");
        machine("a-3", "n3");

        lose();
        now = now.plus(PATIENCE);
        settle();
        assertThat(condition("Recovering")).isEqualTo("FencingMembers");
        assertThat(message("Recovering")).contains("a-2, a-3").contains("delete their Node objects");
        assertThat(status().plannedRecovery()).isNull();

        // Their machines are deleted; so are their pods, and new ones find none that has their volumes.
        for (String member : List.of("a-2", "a-3")) {
            client.nodes().withName("n" + member.charAt(2)).delete();
            client.pods().inNamespace(NAMESPACE).withName(member).delete();
        }
        // By the server's clock, which ours is ahead of, the new pods have had their time.
        settle();
        assertThat(pods()).containsExactly("a-1", "a-4", "a-5");
        assertThat(Objects.requireNonNull(status().recovery()).decided())
                .isEqualTo(EtcdClusterStatus.Decided.AUTOMATIC);
        assertThat(condition("Ready")).isEqualTo("AllMembersReady");

        deletionTakesVolumesThatWerePutAsideAlong();
    }

    private void deletionTakesVolumesThatWerePutAsideAlong() {
        assertThat(aside()).hasSize(2);

        var _ = client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(cluster -> {
                    cluster.getMetadata().setFinalizers(List.of("mainstay.dev/cluster"));
                    return cluster;
                });
        client.resources(EtcdCluster.class).inNamespace(NAMESPACE).withName("a").delete();
        settle();
        assertThat(client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
                .isEmpty();
    }

    @Test
    void timeAsleepIsNoTimeWithoutAQuorum() {
        create("{policy: Automatic}");
        settle();
        replicas(0);
        settle();
        now = now.plus(Duration.ofDays(1));
        cloud.silence("a-2");
        cloud.silence("a-3");

        replicas(3);
        settle();

        assertThat(condition("Available")).isEqualTo("QuorumLost");
        assertThat(condition("Recovering")).isEqualTo("None");
        assertThat(lostSeconds()).isLessThan((double) PATIENCE.toSeconds());
    }

    private void replicas(int replicas) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdCluster.class))
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    spec.put("replicas", replicas);
                    return resource;
                });
    }

    private void create(String quorumLoss) {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec:
                          replicas: 3
                          version: 1.4.2
                          storage: {size: 1Gi, retention: {whenDeleted: Delete}}
                          tls: {mode: Disabled}
                          updateStrategy: {readySeconds: 1}
                          recovery: {quorumLoss: %s}
                        """.formatted(quorumLoss), EtcdCluster.class))
                .create();
    }

    private void schedule() {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdBackupSchedule
                        metadata: {name: nightly, namespace: test}
                        spec:
                          schedule: "0 1 * * *"
                          backupTemplate: {spec: {clusterRef: {name: a}, storeRef: {name: s3}}}
                        """, EtcdBackupSchedule.class))
                .create();
    }

    private void lose() {
        cloud.silence("a-2");
        cloud.silence("a-3");
        settle();
    }

    /** The member's pod is on a machine that isn't heard of. */
    private void machine(String member, String name) {
        var _ = client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewStatus()
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("Unknown")
                        .endCondition()
                        .endStatus()
                        .build())
                .create();
        var _ = client.pods()
                .inNamespace(NAMESPACE)
                .withName(member)
                .edit(pod -> new PodBuilder(pod)
                        .editSpec()
                        .withNodeName(name)
                        .endSpec()
                        .build());
    }

    private void approve(String incarnation) {
        edit(cluster -> {
            cluster.getMetadata().setAnnotations(new TreeMap<>(Map.of(MainstayApi.APPROVE_RECOVERY, incarnation)));
            return cluster;
        });
    }

    private void edit(UnaryOperator<EtcdCluster> change) {
        var _ = client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(change);
    }

    /** Passes until nothing more happens for a while. */
    private void settle() {
        for (int quiet = 0, i = 0; quiet < 4 && i < 300; i++) {
            Decision last = pass.run(NAMESPACE, "a").orElse(null);
            cloud.step();
            now = now.plusSeconds(2);
            boolean rests =
                    last == null || last.action() instanceof Action.Idle || last.action() instanceof Action.Wait;
            quiet = rests ? quiet + 1 : 0;
        }
    }

    private EtcdClusterStatus status() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get()
                .getStatus();
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
                .orElseThrow();
    }

    private double lostSeconds() {
        return meters.get("etcd_operator_quorum_lost_seconds")
                .tags("namespace", NAMESPACE, "cluster", "a")
                .gauge()
                .value();
    }

    private List<String> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .sorted()
                .toList();
    }

    private List<String> arguments(String pod) {
        return client.pods()
                .inNamespace(NAMESPACE)
                .withName(pod)
                .get()
                .getSpec()
                .getContainers()
                .getFirst()
                .getArgs();
    }

    /** Volumes that were put aside, by the member whose they were. */
    private Map<String, PersistentVolumeClaim> aside() {
        Map<String, PersistentVolumeClaim> aside = new TreeMap<>();
        client.persistentVolumeClaims()
                .inNamespace(NAMESPACE)
                .withLabel(MainstayApi.QUARANTINE_LABEL)
                .list()
                .getItems()
                .forEach(claim -> aside.put(claim.getMetadata().getLabels().get(MainstayApi.MEMBER_LABEL), claim));
        assertThat(client.resources(EtcdMember.class)
                        .inNamespace(NAMESPACE)
                        .list()
                        .getItems())
                .extracting(member -> member.getMetadata().getName())
                .noneMatch(aside::containsKey);
        return aside;
    }

    private List<String> events() {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .map(event -> event.getType() + " " + event.getReason() + ": " + event.getMessage())
                .toList();
    }
}
