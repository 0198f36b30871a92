package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.EtcdClusterStatus.PodTemplates;
import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.operator.cluster.engine.Action;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Another version of the operator, which would make other pods, takes over and restarts nothing until the time has come. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class TemplateRevisionTest {

    private static final String OTHER = "registry.example/mainstay/node";

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    private void create(String more) {
        stage.create(3, "storage: {size: 1Gi}\ntls: {mode: Disabled}\n" + more);
        stage.settle();
        assertThat(templates().available()).isNull();
    }

    private void upgrade() {
        stage.replaceOperator(OTHER);
    }

    private PodTemplates templates() {
        return Objects.requireNonNull(stage.cluster().getStatus().podTemplate());
    }

    private List<Pod> pods() {
        return client.pods()
                .inNamespace(Stage.NAMESPACE)
                .withLabel(MainstayApi.CLUSTER_LABEL)
                .list()
                .getItems();
    }

    private List<String> uids() {
        return pods().stream().map(pod -> pod.getMetadata().getUid()).toList();
    }

    private List<String> images() {
        return pods().stream()
                .map(pod -> pod.getSpec().getContainers().getFirst().getImage())
                .toList();
    }

    private List<String> told(String reason) {
        return client.v1().events().inNamespace(Stage.NAMESPACE).list().getItems().stream()
                .filter(event -> reason.equals(event.getReason()))
                .map(event -> event.getMessage())
                .toList();
    }

    private static List<Action> deleted(List<Action> done) {
        return done.stream().filter(Action.DeletePod.class::isInstance).toList();
    }

    @Test
    void anotherOperatorLeavesPodsAloneAndSaysWhatItWouldDo() {
        create("");
        List<String> before = uids();
        String revision = templates().current().revision();

        upgrade();
        assertThat(stage.settle()).isEmpty();
        assertThat(templates().current().revision()).isEqualTo(revision);
        String next = Objects.requireNonNull(templates().available()).revision();
        assertThat(next).isNotEqualTo(revision);
        assertThat(told("TemplateRevisionAvailable"))
                .singleElement()
                .asString()
                .contains("kubectl annotate etcdcluster a mainstay.dev/adopt-template-revision=" + next);
        assertThat(stage.condition("Degraded").getStatus()).isEqualTo("False");
        assertThat(stage.condition("Ready").getStatus()).isEqualTo("True");

        List<String> written = stage.versions();
        stage.now = stage.now.plusSeconds(900);
        assertThat(stage.settle()).isEmpty();
        assertThat(uids()).isEqualTo(before);
        assertThat(stage.versions()).as("that costs no writes").isEqualTo(written);
    }

    @Test
    void whatPeopleChangeReachesMembersAtOnceAndTakesTheRevisionAlong() {
        create("");
        upgrade();
        stage.settle();

        stage.change(spec -> spec.put("replicas", 5));
        assertThat(deleted(stage.settle())).as("a number is no template").isEmpty();
        assertThat(templates().available()).isNotNull();
        assertThat(images())
                .hasSize(5)
                .filteredOn(image -> image.startsWith(OTHER))
                .hasSize(2);

        stage.change(spec -> spec.put("config", Map.of("snapshotCount", 20_000)));
        assertThat(deleted(stage.settle())).hasSize(5);
        assertThat(templates().available()).isNull();
        assertThat(images()).allMatch(image -> image.startsWith(OTHER));
        assertThat(told("TemplateRevisionAdopted")).hasSize(1);
    }

    @Test
    void whatPeopleChangedWhileNoOperatorRanIsNotTakenForTheOperators() {
        create("");
        stage.change(spec -> spec.put("config", Map.of("snapshotCount", 20_000)));
        EtcdCluster changed = stage.cluster();
        assertThat(changed.getMetadata().getGeneration())
                .isNotEqualTo(changed.getStatus().observedGeneration());

        upgrade();
        assertThat(deleted(stage.settle())).hasSize(3);
        assertThat(pods())
                .allSatisfy(pod -> assertThat(
                                pod.getSpec().getContainers().getFirst().getArgs())
                        .contains("--snapshot-count=20000"));
    }

    @Test
    void versionTakesTheRevisionAlong() {
        create("");
        upgrade();
        stage.settle();

        stage.change(spec -> spec.put("version", "1.5.0"));
        assertThat(deleted(stage.settle())).as("once each").hasSize(3);
        assertThat(templates().available()).isNull();
        assertThat(images()).containsOnly(OTHER + ":1.5.0");
        assertThat(stage.settle()).isEmpty();
    }

    @Test
    void aWindowTakesIt() {
        create("maintenance:\n  windows: [{schedule: \"0 2 * * *\", durationMinutes: 60}]\n");
        upgrade();
        assertThat(stage.settle()).isEmpty();
        assertThat(told("TemplateRevisionAvailable")).singleElement().asString().contains("maintenance window");
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("Idle");

        stage.now = Instant.parse("2026-01-01T02:00:00Z");
        assertThat(deleted(stage.settle())).hasSize(3);
        assertThat(templates().available()).isNull();
        assertThat(images()).allMatch(image -> image.startsWith(OTHER));
    }

    @Test
    void aPersonTakesIt() {
        create("");
        upgrade();
        stage.settle();

        annotate("some-other-revision");
        assertThat(stage.settle()).isEmpty();
        annotate(Objects.requireNonNull(templates().available()).revision());
        assertThat(deleted(stage.settle())).hasSize(3);
        assertThat(templates().available()).isNull();
    }

    private void annotate(String revision) {
        var _ = client.resources(EtcdCluster.class)
                .inNamespace(Stage.NAMESPACE)
                .withName("a")
                .edit(cluster -> {
                    cluster.getMetadata().setAnnotations(Map.of(MainstayApi.ADOPT_TEMPLATE, revision));
                    return cluster;
                });
    }

    @Test
    void podThatWasLostMeanwhileIsNotMadeTwice() {
        create("");
        upgrade();
        stage.settle();
        client.pods().inNamespace(Stage.NAMESPACE).withName("a-2").delete();
        assertThat(stage.settle()).contains(new Action.CreatePod("a-2", false));
        assertThat(images()).filteredOn(image -> image.startsWith(OTHER)).hasSize(1);

        annotate(Objects.requireNonNull(templates().available()).revision());
        assertThat(deleted(stage.settle()))
                .hasSize(2)
                .noneMatch(action ->
                        action instanceof Action.DeletePod pod && pod.member().equals("a-2"));
        assertThat(images()).allMatch(image -> image.startsWith(OTHER));
    }

    @Test
    void theOldOperatorBackTakesItsOfferAlong() {
        create("");
        List<String> before = uids();
        upgrade();
        stage.settle();
        stage.replaceOperator("mainstay/node");
        assertThat(stage.settle()).isEmpty();
        assertThat(templates().available()).isNull();
        assertThat(uids()).isEqualTo(before);
    }

    /** An operator that makes the same pods has nothing to offer. */
    @Test
    void anotherVersionThatMakesTheSamePodsIsNoNews() {
        stage.create(3, "storage: {size: 1Gi}\ntls: {mode: Disabled}\nimage: {repository: my/node}\n");
        stage.settle();
        String revision = templates().current().revision();
        upgrade();
        assertThat(stage.settle()).isEmpty();
        assertThat(told("TemplateRevisionAvailable")).isEmpty();
        assertThat(templates().available()).isNull();
        assertThat(templates().current().revision()).isNotEqualTo(revision);
        stage.change(spec -> spec.put("config", Map.of("snapshotCount", 20_000)));
        assertThat(deleted(stage.settle())).hasSize(3);
    }

    /** A cluster from before revisions were written down goes on as it was made. */
    @Test
    void aClusterWithoutARevisionGetsOne() {
        create("");
        List<String> before = uids();
        EtcdCluster cluster = stage.cluster();
        ObjectNode status = Serialization.unmarshal(Serialization.asJson(cluster.getStatus()), ObjectNode.class);
        assertThat(status.remove("podTemplate")).isNotNull();
        cluster.setStatus(Serialization.unmarshal(Serialization.asJson(status), EtcdClusterStatus.class));
        var _ = client.resource(cluster).updateStatus();

        assertThat(stage.settle()).isEmpty();
        assertThat(templates().current()).isNotNull();
        assertThat(uids()).isEqualTo(before);
    }
}
