package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.engine.Action;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A cluster whose members become members of one that runs elsewhere, which those leave at the end. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterJoinTest {

    private static final String JOIN = """
            tls: {mode: Disabled}
            bootstrap:
              existing: {endpoints: ['http://x1.old:2379', 'http://x2.old:2379', 'http://x3.old:2379'], mode: Join%s}
            """;
    private static final Set<String> OTHERS = Set.of("http://x1.old:2380", "http://x2.old:2380", "http://x3.old:2380");

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    private void runElsewhere() {
        stage.cloud.runElsewhere("x1.old");
        stage.cloud.runElsewhere("x2.old");
        stage.cloud.runElsewhere("x3.old");
    }

    @Test
    void membersJoinAndTheOthersLeaveWhenSomebodySaysSo() {
        runElsewhere();
        stage.create(3, JOIN.formatted(""));
        stage.settle();

        assertThat(stage.cluster().getStatus().clusterID()).isEqualTo("e");
        assertThat(stage.cloud.listed()).hasSize(6).containsAll(OTHERS);
        for (Pod pod : client.pods().inNamespace(Stage.NAMESPACE).list().getItems()) {
            assertThat(pod.getSpec().getContainers().getFirst().getArgs())
                    .contains("--initial-cluster-state=existing")
                    .anyMatch(flag -> flag.startsWith("--initial-cluster=")
                            && flag.contains("elsewhere-e1=http://x1.old:2380")
                            && flag.contains(pod.getMetadata().getName() + "=http://"));
        }
        assertThat(stage.cluster().getStatus().votingReplicas()).isEqualTo(3);
        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        assertThat(stage.condition("Migrated").getReason()).isEqualTo("Joined");
        assertThat(stage.condition("Migrated").getMessage()).contains("mainstay.dev/cut-over=true");
        assertThat(stage.explanations().find(Stage.NAMESPACE, "a").orElseThrow().text())
                .contains("3 of them are on the list; nobody has said yet that they may leave");
        assertThat(peers()).as("others may call").isEmpty();

        annotate();
        List<Action> done = stage.settle();
        assertThat(stage.cloud.listed()).hasSize(3).doesNotContainAnyElementsOf(OTHERS);
        assertThat(stage.condition("Migrated").getStatus()).isEqualTo("True");
        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        assertThat(done.stream().filter(Action.RemoveFromList.class::isInstance))
                .hasSize(3);
        assertThat(done.subList(done.size() - 2, done.size()))
                .as("the leader hands over before it goes, as the last")
                .satisfiesExactly(
                        move -> assertThat(move).isInstanceOf(Action.MoveLeader.class),
                        removal -> assertThat(removal).isInstanceOf(Action.RemoveFromList.class));
        assertThat(peers()).as("only members may call").hasSize(1);

        List<String> versions = stage.versions();
        stage.settle();
        assertThat(stage.versions()).isEqualTo(versions);
    }

    @Test
    void theOthersLeaveAtOnceWhereTheSpecSaysSo() {
        runElsewhere();
        stage.create(1, JOIN.formatted(", cutOver: Automatic"));
        stage.settle();
        assertThat(stage.cloud.listed()).hasSize(1).doesNotContainAnyElementsOf(OTHERS);
        assertThat(stage.condition("Migrated").getReason()).isEqualTo("Finished");

        stage.change(spec -> spec.put("replicas", 3));
        stage.settle();
        assertThat(stage.cloud.listed()).hasSize(3);
    }

    @Test
    void oneOfTheOthersThatIsDownLeavesFirst() {
        runElsewhere();
        stage.create(3, JOIN.formatted(""));
        stage.settle();
        stage.cloud.silence("x3.old");
        stage.settle();
        annotate();
        List<Action> done = stage.settle();
        assertThat(done.getFirst()).isEqualTo(new Action.RemoveFromList("member e3", "e3"));
        assertThat(stage.cloud.listed()).hasSize(3).doesNotContainAnyElementsOf(OTHERS);
    }

    @Test
    void nothingBeginsUntilTheOthersAnswer() {
        stage.create(3, JOIN.formatted(""));
        stage.settle();
        assertThat(stage.members()).isEmpty();
        assertThat(stage.condition("Ready").getMessage()).contains("bootstrap.existing.endpoints");
        assertThat(stage.condition("Migrated").getReason()).isEqualTo("WaitingForSource");

        runElsewhere();
        stage.settle();
        assertThat(stage.cloud.listed()).hasSize(6);
    }

    @Test
    void anotherEtcdIsntJoined() {
        stage.cloud.strange = true;
        runElsewhere();
        stage.create(3, JOIN.formatted(""));
        stage.settle();
        assertThat(stage.members()).isEmpty();
        assertThat(stage.cloud.listed()).isEqualTo(OTHERS);
        assertThat(stage.condition("Ready").getMessage()).contains("Mirror");
        assertThat(stage.condition("Migrated").getReason()).isEqualTo("SourceInvalid");
    }

    @Test
    void membersOfSeveralClustersArentJoined() {
        runElsewhere();
        stage.cloud.otherClusters.put("x3.old:2379", "f");
        stage.create(1, JOIN.formatted(""));
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("of several clusters, e and f");
        assertThat(stage.members()).isEmpty();
    }

    @Test
    void whatCantBeJoinedIsNamed() {
        runElsewhere();
        stage.create(1, """
                tls: {issuance: Provided, provided: {serverSecretRef: {name: s}, peerSecretRef: {name: p}, caSecretRef: {name: c}, clientSecretRef: {name: d}}}
                bootstrap: {existing: {endpoints: ['http://x1.old:2379'], mode: Join, tlsSecretRef: {name: old-tls}}}
                """);
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("no secret old-tls");

        var _ = client.resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName("old-tls")
                        .withNamespace(Stage.NAMESPACE)
                        .endMetadata()
                        .addToData("tls.crt", "eA==")
                        .build())
                .create();
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("one of tls.crt and tls.key");

        bootstrap(Map.of("endpoints", List.of("x1.old:2379"), "mode", "Join"));
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("'x1.old:2379' of bootstrap.existing.endpoints");

        bootstrap(Map.of("endpoints", List.of("http://x1.old:2379"), "mode", "Join"));
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("with spec.tls.mode Disabled");
        assertThat(stage.members()).isEmpty();

        stage.change(spec -> spec.put("tls", new TreeMap<>()));
        stage.settle();
        assertThat(stage.condition("Ready").getReason()).isEqualTo("InvalidSpec");
        assertThat(stage.condition("Ready").getMessage()).contains("must believe each other");

        stage.change(spec -> spec.put("tls", Map.of("mode", "Disabled")));
        bootstrap(Map.of(
                "endpoints", List.of("http://x1.old:2379"), "mode", "Join", "userSecretRef", Map.of("name", "root")));
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("without bootstrap.existing.userSecretRef");

        bootstrap(Map.of("endpoints", List.of("http://x1.old:2379"), "mode", "Join"));
        stage.settle();
        assertThat(stage.condition("Migrated").getReason()).isEqualTo("Joined");
    }

    @Test
    void oursDontSleepBesideTheOthers() {
        runElsewhere();
        stage.create(3, JOIN.formatted(""));
        stage.settle();
        stage.change(spec -> spec.put("replicas", 0));
        stage.settle();
        assertThat(stage.condition("Ready").getMessage()).contains("need ours to agree");
        assertThat(client.pods().inNamespace(Stage.NAMESPACE).list().getItems()).hasSize(3);
    }

    @Test
    void deletedOursLeaveTheListBeforeTheyGo() {
        runElsewhere();
        stage.create(3, JOIN.formatted(""));
        stage.settle();
        EtcdCluster cluster = stage.cluster();
        cluster.getMetadata().setFinalizers(List.of("test/kept"));
        var _ = client.resource(cluster).update();
        client.resource(stage.cluster()).delete();
        stage.settle();
        assertThat(stage.cloud.listed()).isEqualTo(OTHERS);
        assertThat(stage.members()).isEmpty();
    }

    /** As if it had been made so: an API server that knows the rules lets nobody change it. */
    private void bootstrap(Map<String, Object> existing) {
        stage.change(spec -> spec.put("bootstrap", new TreeMap<>(Map.of("existing", existing))));
    }

    private void annotate() {
        EtcdCluster cluster = stage.cluster();
        cluster.getMetadata().setAnnotations(new TreeMap<>(Map.of("mainstay.dev/cut-over", "true")));
        var _ = client.resource(cluster).update();
    }

    /** Who may call members as a member does; empty for anybody. The newest rule: this API server adds to lists where others replace them. */
    private List<NetworkPolicyPeer> peers() {
        return client
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(Stage.NAMESPACE)
                .withName("a")
                .get()
                .getSpec()
                .getIngress()
                .stream()
                .filter(rule -> rule.getPorts().getFirst().getPort().getIntVal() == 2380)
                .reduce((_, newer) -> newer)
                .orElseThrow()
                .getFrom();
    }
}
