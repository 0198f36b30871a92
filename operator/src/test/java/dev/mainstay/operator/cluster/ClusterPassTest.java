package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Passes over an API server's objects, with members that are faked beside it. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterPassTest {

    private static final String NAMESPACE = "test";

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private FakeCloud cloud;

    @SuppressWarnings("NullAway.Init")
    private ClusterPass pass;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void setUp() {
        cloud = new FakeCloud(client, () -> now);
        pass = new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", () -> now),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, new FakeAuth()),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
    }

    @Test
    void oneMemberIsMadeAndThenThree() {
        create(1);

        settle();
        assertThat(pods()).containsExactly("a-1");
        assertThat(condition("Ready")).isEqualTo("AllMembersReady");
        assertThat(cluster().getStatus().clusterID()).isEqualTo("c1");
        assertThat(cluster().getStatus().leader()).isEqualTo("a-1");

        change(spec -> spec.put("replicas", 3));
        settle();
        assertThat(pods()).containsExactly("a-1", "a-2", "a-3");
        assertThat(cluster().getStatus().votingReplicas()).isEqualTo(3);
        assertThat(client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get()
                        .getSpec()
                        .getMinAvailable()
                        .getIntVal())
                .isEqualTo(2);
        assertThat(cluster().getStatus().operation()).isNull();
    }

    @Test
    void whatDoesNotNeedOrderIsMadeToo() {
        create(1);

        settle();
        assertThat(client.services().inNamespace(NAMESPACE).list().getItems())
                .extracting(service -> service.getMetadata().getName())
                .containsExactlyInAnyOrder("a", "a-members");
        assertThat(client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get())
                .isNotNull();
        assertThat(client.network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get())
                .isNotNull();
        assertThat(client.serviceAccounts().inNamespace(NAMESPACE).withName("a").get())
                .isNotNull();

        change(spec -> spec.put("networkPolicy", Map.of("enabled", false)));
        settle();
        assertThat(client.network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get())
                .isNull();
    }

    @Test
    void membersLeaveOneByOneAndTakeTheirVolumesWithThem() {
        create(3);
        settle();

        change(spec -> spec.put("replicas", 1));
        settle();
        assertThat(pods()).hasSize(1);
        assertThat(client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
                .hasSize(1);
        assertThat(client.resources(EtcdMember.class)
                        .inNamespace(NAMESPACE)
                        .list()
                        .getItems())
                .hasSize(1);
    }

    @Test
    void podThatIsDeletedComesBackOnItsVolume() {
        create(3);
        settle();
        String volume = volume("a-2");

        client.pods().inNamespace(NAMESPACE).withName("a-2").delete();
        settle();
        assertThat(pods()).containsExactly("a-1", "a-2", "a-3");
        assertThat(volume("a-2")).isEqualTo(volume);
    }

    @Test
    void versionReachesOneMemberAfterTheOther() {
        create(3);
        settle();

        change(spec -> spec.put("version", "1.5.0"));
        List<String> deleted = new ArrayList<>();
        settle(decision -> {
            if (decision.action() instanceof Action.DeletePod delete) {
                deleted.add(delete.member());
            }
        });
        assertThat(deleted).hasSize(3).last().isEqualTo("a-1");
        assertThat(cluster().getStatus().version()).isEqualTo("1.5.0");
        assertThat(client.pods().inNamespace(NAMESPACE).list().getItems())
                .allMatch(pod ->
                        pod.getSpec().getContainers().getFirst().getImage().equals("mainstay/node:1.5.0"));
    }

    @Test
    void sleepingClusterKeepsItsVolumes() {
        create(3);
        settle();

        change(spec -> spec.put("replicas", 0));
        settle();
        assertThat(pods()).isEmpty();
        assertThat(client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems())
                .hasSize(3);
        assertThat(condition("Available")).isEqualTo("Hibernated");

        change(spec -> spec.put("replicas", 3));
        settle();
        assertThat(pods()).containsExactly("a-1", "a-2", "a-3");
    }

    @Test
    void memberThatNeverComesBackIsReplaced() {
        create(3);
        settle();

        cloud.silence("a-2");
        for (int i = 0; i < 7; i++) {
            settle();
            now = now.plusSeconds(700);
        }
        assertThat(pods()).containsExactly("a-1", "a-3", "a-4");
    }

    @Test
    void aLateAnswerIsNoLossOfTheQuorumButSeveralInARowAre() {
        create(3);
        settle();

        cloud.answerLate(6);
        var _ = pass.run(NAMESPACE, "a");
        assertThat(condition("Available")).isEqualTo("QuorumHealthy");

        cloud.answerLate(9);
        var _ = pass.run(NAMESPACE, "a");
        assertThat(condition("Available")).isEqualTo("QuorumLost");
        var _ = pass.run(NAMESPACE, "a");
        assertThat(condition("Available")).isEqualTo("QuorumHealthy");
    }

    @Test
    void imageThatIsNotThereIsNamed() {
        create(1);
        cloud.silence("a-1");
        settle();
        for (String reason : List.of("ErrImagePull", "ImagePullBackOff")) {
            status(
                    "a-1",
                    status -> status.addNewContainerStatus()
                            .withImage("mainstay/node:7")
                            .withNewState()
                            .withNewWaiting()
                            .withReason(reason)
                            .endWaiting()
                            .endState()
                            .endContainerStatus());
            settle();
            assertThat(message("Ready"))
                    .endsWith("; a-1: image mainstay/node:7 can't be had: see kubectl describe pod a-1");
        }

        List<String> before = versions();
        settle();
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void storageClassThatGivesNoVolumeIsNamed() {
        create(1);
        change(spec -> spec.put("storage", Map.of("size", "1Gi", "storageClassName", "no-such-class")));
        cloud.silence("a-1");
        settle();
        status(
                "a-1",
                status -> status.addNewCondition()
                        .withType("PodScheduled")
                        .withStatus("False")
                        .withReason("Unschedulable")
                        .withMessage("pod has unbound immediate PersistentVolumeClaims")
                        .endCondition());
        settle();
        assertThat(message("Ready"))
                .endsWith("; a-1: no machine takes its pod (pod has unbound immediate PersistentVolumeClaims):"
                        + " see kubectl describe pod a-1");

        var _ = client.persistentVolumeClaims()
                .inNamespace(NAMESPACE)
                .withName(volume("a-1"))
                .editStatus(claim -> new PersistentVolumeClaimBuilder(claim)
                        .withNewStatus()
                        .withPhase("Pending")
                        .endStatus()
                        .build());
        settle();
        assertThat(message("Ready")).contains("no volume yet, of storage class no-such-class");
    }

    @Test
    void containerThatEndsAgainAndAgainIsNamed() {
        create(3);
        settle();
        cloud.silence("a-2");
        status(
                "a-2",
                status -> status.addNewContainerStatus().withRestartCount(4).endContainerStatus());
        settle();
        assertThat(message("Degraded"))
                .isEqualTo("2 of 3 members serve; a-2: its container ended and was started again:"
                        + " see kubectl logs --previous a-2");
    }

    @Test
    void pausedClusterIsLeftAlone() {
        create(1);
        settle();

        change(spec -> {
            spec.put("paused", true);
            spec.put("replicas", 3);
        });
        assertThat(settle().action()).isInstanceOf(Action.Wait.class);
        assertThat(pods()).containsExactly("a-1");
        assertThat(condition("Ready")).isEqualTo("Paused");
    }

    @Test
    void whatIsNotDoneYetIsSaid() {
        create(1);
        change(spec -> spec.put("auth", Map.of("mode", "Password")));

        assertThat(settle().action()).isInstanceOf(Action.Wait.class);
        assertThat(condition("Ready")).isEqualTo("InvalidSpec");
        assertThat(pods()).isEmpty();
    }

    @Test
    void steadyClusterIsWrittenNothing() {
        create(3);
        settle();
        now = now.plusSeconds(60);
        settle();
        List<String> before = versions();

        for (int i = 0; i < 5; i++) {
            now = now.plusSeconds(20);
            var _ = pass.run(NAMESPACE, "a");
        }
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void prometheusIsToldOfTheMembersWhereItsOperatorIs() {
        create(1);
        settle();
        server.expect()
                .get()
                .withPath("/apis/monitoring.coreos.com/v1")
                .andReturn(
                        200,
                        new APIResourceListBuilder()
                                .withGroupVersion("monitoring.coreos.com/v1")
                                .addToResources(monitoring("podmonitors", "PodMonitor"))
                                .addToResources(monitoring("prometheusrules", "PrometheusRule"))
                                .build())
                .always();

        settle();
        assertThat(monitoringOf("PodMonitor").<String>get("spec", "podMetricsEndpoints", 0, "port"))
                .isEqualTo("metrics");
        assertThat(monitoringOf("PrometheusRule").<List<Map<String, Object>>>get("spec", "groups", 0, "rules"))
                .hasSizeGreaterThan(5)
                .allSatisfy(rule -> assertThat((String) rule.get("expr")).contains("namespace=\"test\""))
                .anySatisfy(rule -> {
                    Matcher claims = Pattern.compile("persistentvolumeclaim=~\"([^\"]+)\"")
                            .matcher((String) Objects.requireNonNull(rule.get("expr")));
                    assertThat(claims.find()).isTrue();
                    assertThat(volume("a-1")).matches(claims.group(1));
                });

        change(spec -> spec.put("monitoring", Map.of("prometheusRule", false, "labels", Map.of("release", "p"))));
        settle();
        assertThat(monitoringOf("PodMonitor").getMetadata().getLabels()).containsEntry("release", "p");
        assertThat(monitoringOf("PrometheusRule")).isNull();
    }

    @Test
    void whatTheApiServerRefusesIsTold() {
        server.expect()
                .post()
                .withPath("/api/v1/namespaces/test/persistentvolumeclaims")
                .andReturn(
                        403,
                        new StatusBuilder()
                                .withCode(403)
                                .withMessage("exceeded quota: storage")
                                .build())
                .times(2);
        create(1);

        for (int i = 0; i < 8; i++) {
            try {
                var _ = pass.run(NAMESPACE, "a");
            } catch (KubernetesClientException e) {
                assertThat(e).hasMessageContaining("exceeded quota");
            }
        }
        assertThat(events())
                .contains("Warning StepFailed: CreateVolume, which is tried again: exceeded quota: storage");
        settle();
        assertThat(pods()).containsExactly("a-1");
    }

    @Test
    void kindThatIsNotServedIsToldOnceAndDoneWithout() {
        server.expect()
                .post()
                .withPath("/apis/policy/v1/namespaces/test/poddisruptionbudgets")
                .andReturn(
                        404,
                        new StatusBuilder()
                                .withCode(404)
                                .withMessage("the server could not find the requested resource")
                                .build())
                .once();
        create(1);

        settle();

        assertThat(condition("Ready")).isEqualTo("AllMembersReady");
        assertThat(events().stream()
                        .filter(event -> event.startsWith("Warning ApiNotServed: policy/v1 PodDisruptionBudget")))
                .hasSize(1);
        assertThat(client.network()
                        .v1()
                        .networkPolicies()
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get())
                .isNotNull();
        now = now.plusSeconds(60);
        settle();
        assertThat(client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(NAMESPACE)
                        .withName("a")
                        .get())
                .as("not tried again so soon")
                .isNull();
    }

    @Test
    void eventsTellWhatIsDoneAndWhatIsWrongAndNothingTwice() {
        create(3);
        settle();
        assertThat(events())
                .contains(
                        "Normal CreatingPod: a-1 founds the cluster",
                        "Normal AddingLearner: a-2 joins without a vote",
                        "Normal PromotingMember: a-3 has caught up and gets a vote");
        assertThat(client.v1().events().inNamespace(NAMESPACE).list().getItems())
                .allSatisfy(event -> {
                    assertThat(event.getInvolvedObject().getKind()).isEqualTo("EtcdCluster");
                    assertThat(event.getInvolvedObject().getName()).isEqualTo("a");
                });
        int sofar = events().size();
        settle();
        assertThat(events()).hasSize(sofar);

        change(spec -> spec.put("auth", Map.of("mode", "Password")));
        var _ = pass.run(NAMESPACE, "a");
        var _ = pass.run(NAMESPACE, "a");
        assertThat(events().stream().filter(event -> event.startsWith("Warning InvalidSpec: ")))
                .hasSize(1);
        change(spec -> spec.remove("auth"));
        settle();
        assertThat(events()).contains("Normal AllMembersReady: 3 of 3 members serve");
    }

    /** The same under the operator SDK: informers, finalizer and all. */
    @Test
    void runsUnderTheSdkUntilDeleted() throws InterruptedException {
        Operator operator = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                // The mock knows no server-side apply.
                .withUseSSAToPatchPrimaryResource(false));
        ClusterPass timed = new ClusterPass(
                client,
                new ClusterObserver(client, cloud, "mainstay/node", Clock.systemUTC()),
                new Actuator(client, cloud, "mainstay/node"),
                new RootKeeper(client, new FakeAuth()),
                new MigrationKeeper(client, "mainstay/node"),
                new SimpleMeterRegistry());
        var _ = operator.register(new ClusterReconciler(timed));
        operator.start();
        try {
            create(1);
            await(() -> cluster().getStatus() != null && "AllMembersReady".equals(condition("Ready")));

            client.resources(EtcdCluster.class)
                    .inNamespace(NAMESPACE)
                    .withName("a")
                    .delete();
            await(() -> client.resources(EtcdMember.class)
                            .inNamespace(NAMESPACE)
                            .list()
                            .getItems()
                            .isEmpty()
                    && client.resources(EtcdCluster.class)
                                    .inNamespace(NAMESPACE)
                                    .withName("a")
                                    .get()
                            == null);
            assertThat(client.persistentVolumeClaims()
                            .inNamespace(NAMESPACE)
                            .list()
                            .getItems())
                    .as("volumes are retained")
                    .hasSize(1);
        } finally {
            operator.stop();
        }
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 600 && !condition.getAsBoolean(); i++) {
            cloud.step();
            Thread.sleep(50);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private void create(int replicas) {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec:
                          replicas: %d
                          version: 1.4.2
                          storage: {size: 1Gi}
                          tls: {mode: Disabled}
                          updateStrategy: {readySeconds: 1}
                        """.formatted(replicas), EtcdCluster.class))
                .create();
    }

    private void change(Consumer<Map<String, Object>> change) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdCluster.class))
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    change.accept(spec);
                    return resource;
                });
    }

    private Decision settle() {
        return settle(decision -> {});
    }

    /** Passes until nothing more happens for a while. */
    private Decision settle(Consumer<Decision> seen) {
        Decision last = null;
        for (int quiet = 0, i = 0; quiet < 4 && i < 300; i++) {
            last = pass.run(NAMESPACE, "a").orElseThrow();
            seen.accept(last);
            cloud.step();
            now = now.plusSeconds(2);
            boolean rests = last.action() instanceof Action.Idle || last.action() instanceof Action.Wait;
            quiet = rests ? quiet + 1 : 0;
        }
        return Objects.requireNonNull(last);
    }

    private static APIResource monitoring(String plural, String kind) {
        return new APIResourceBuilder()
                .withName(plural)
                .withKind(kind)
                .withNamespaced(true)
                .build();
    }

    private GenericKubernetesResource monitoringOf(String kind) {
        return client.genericKubernetesResources("monitoring.coreos.com/v1", kind)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    private List<String> events() {
        return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .map(event -> event.getType() + " " + event.getReason() + ": " + event.getMessage())
                .toList();
    }

    private EtcdCluster cluster() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    private String condition(String type) {
        return cluster().getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getReason)
                .findFirst()
                .orElse("");
    }

    private String message(String type) {
        return cluster().getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .map(Condition::getMessage)
                .findFirst()
                .orElse("");
    }

    private void status(String pod, Consumer<PodStatusBuilder> change) {
        var _ = client.pods().inNamespace(NAMESPACE).withName(pod).editStatus(current -> {
            PodStatusBuilder status = new PodStatusBuilder(current.getStatus());
            status.withContainerStatuses(List.of());
            change.accept(status);
            return new PodBuilder(current).withStatus(status.build()).build();
        });
    }

    private List<String> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .sorted()
                .toList();
    }

    private String volume(String member) {
        return Objects.requireNonNull(client.resources(EtcdMember.class)
                .inNamespace(NAMESPACE)
                .withName(member)
                .get()
                .getSpec()
                .volumeClaimName());
    }

    private List<String> versions() {
        List<HasMetadata> objects = new ArrayList<>();
        objects.add(cluster());
        objects.addAll(
                client.resources(EtcdMember.class).inNamespace(NAMESPACE).list().getItems());
        objects.addAll(client.pods().inNamespace(NAMESPACE).list().getItems());
        objects.addAll(client.services().inNamespace(NAMESPACE).list().getItems());
        return objects.stream()
                .map(object -> object.getKind()
                        + object.getMetadata().getName()
                        + object.getMetadata().getResourceVersion())
                .sorted()
                .toList();
    }
}
