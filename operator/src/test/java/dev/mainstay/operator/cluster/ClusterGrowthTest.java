package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.member.Published;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Volumes that grow by themselves, with a storage class that gives what is asked for, or doesn't. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterGrowthTest {

    private static final long GIB = 1L << 30;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    private void begin(String growth) {
        stage.create(3, "storage: {size: 4Gi" + growth + "}\ntls: {mode: Disabled}\n");
        stage.settle();
        grant();
        use(GIB);
        stage.settle();
    }

    @Test
    void nearlyFullVolumesGrowStepByStepAndTheQuotaWithThem() {
        begin(", autoGrow: {atUsedPercent: 80, stepPercent: 50, maxSize: 8Gi}");
        assertThat(quotas()).containsExactly(Long.toString(3 * GIB));

        use(4 * GIB * 82 / 100);
        List<Action> done = stage.settle();
        assertThat(done).contains(new Action.GrowVolume("a-1", 6 * GIB), new Action.GrowVolume("a-3", 6 * GIB));
        assertThat(sizes()).containsExactly(6 * GIB, 6 * GIB, 6 * GIB);
        assertThat(quotas()).as("pods are rolled to it").containsExactly(Long.toString(9 * GIB / 2));
        assertThat(stage.cluster().getSpec().storage().size()).isEqualTo(new Quantity("4Gi"));

        assertThat(stage.settle()).as("until Kubernetes has given it").isEmpty();
        grant();
        assertThat(stage.settle()).as("there is room now").isEmpty();
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("BelowThreshold");

        use(6 * GIB * 95 / 100);
        stage.settle();
        grant();
        assertThat(sizes()).containsExactly(8 * GIB, 8 * GIB, 8 * GIB);
        use(8 * GIB * 99 / 100);
        assertThat(stage.settle()).as("that is the largest").isEmpty();
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("VolumeNearlyFull");
        assertThat(stage.condition("SpaceAvailable").getMessage()).contains("storage.autoGrow.maxSize");
        List<String> before = stage.versions();
        stage.settle();
        assertThat(stage.versions()).isEqualTo(before);
    }

    @Test
    void newMembersBeginWithTheSizeThatTheOthersHave() {
        begin(", autoGrow: {maxSize: 16Gi}");
        use(4 * GIB * 82 / 100);
        stage.settle();
        grant();
        assertThat(sizes()).containsOnly(5 * GIB);

        stage.change(spec -> spec.put("replicas", 5));
        stage.settle();
        assertThat(sizes()).hasSize(5).containsOnly(5 * GIB);

        stage.change(spec -> spec.put("storage", Map.of("size", "4Gi")));
        assertThat(stage.settle()).as("without growth it stays as it is").isEmpty();
        assertThat(quotas()).containsExactly(Long.toString(5 * GIB / 4 * 3));
    }

    @Test
    void sizeThatIsWrittenCountsAgain() {
        begin(", autoGrow: {maxSize: 16Gi}");
        use(4 * GIB * 82 / 100);
        stage.settle();
        grant();

        stage.change(spec -> spec.put("storage", Map.of("size", "12Gi", "autoGrow", Map.of("maxSize", "16Gi"))));
        stage.settle();
        assertThat(sizes()).containsOnly(12 * GIB);
        assertThat(quotas()).containsExactly(Long.toString(8 * GIB));
    }

    @Test
    void volumeThatIsNearlyFullIsToldWithoutGrowthToo() {
        begin("");
        use(4 * GIB * 91 / 100);
        assertThat(stage.settle()).isEmpty();
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("VolumeNearlyFull");
        assertThat(stage.condition("SpaceAvailable").getMessage()).contains("raise spec.storage.size");

        use(4 * GIB * 87 / 100);
        stage.settle();
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("VolumeNearlyFull");
        use(4 * GIB * 80 / 100);
        stage.settle();
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("BelowThreshold");
    }

    /** As with a storage class that doesn't allow it: said, asked again now and then, and in nobody's way. */
    @Test
    void growthThatIsRefusedIsToldAndHoldsUpNothing() {
        begin("");
        String claim = claims().getFirst().getMetadata().getName();
        String why = "only dynamically provisioned pvc can be resized";
        server.expect()
                .patch()
                .withPath("/api/v1/namespaces/test/persistentvolumeclaims/" + claim)
                .andReturn(
                        403, new StatusBuilder().withCode(403).withMessage(why).build())
                .once();
        stage.change(spec -> spec.put("storage", Map.of("size", "5Gi")));
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 5; i++) {
                        var _ = stage.pass();
                    }
                })
                .isInstanceOf(KubernetesClientException.class)
                .hasMessageContaining(why);

        client.pods().inNamespace(Stage.NAMESPACE).withName("a-2").delete();
        assertThat(stage.settle()).contains(new Action.CreatePod("a-2", false));
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("ExpansionFailed");
        assertThat(stage.condition("SpaceAvailable").getMessage()).contains("a-1", why);
        assertThat(sizes()).containsExactly(4 * GIB, 5 * GIB, 5 * GIB);
        List<String> before = stage.versions();
        stage.settle();
        assertThat(stage.versions()).isEqualTo(before);

        stage.now = stage.now.plusSeconds(600);
        assertThat(stage.settle()).contains(new Action.GrowVolume("a-1", 5 * GIB));
        assertThat(sizes()).containsOnly(5 * GIB);
        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("BelowThreshold");
    }

    @Test
    void expansionThatKubernetesGivesUpIsTold() {
        begin("");
        var _ = client.resource(claims().getFirst())
                .editStatus(claim -> new PersistentVolumeClaimBuilder(claim)
                        .editStatus()
                        .addToAllocatedResourceStatuses("storage", "ControllerResizeInfeasible")
                        .endStatus()
                        .build());
        stage.settle();

        assertThat(stage.condition("SpaceAvailable").getReason()).isEqualTo("ExpansionFailed");
        assertThat(stage.condition("SpaceAvailable").getMessage()).contains("ControllerResizeInfeasible");
    }

    /** Kubernetes gives every claim what it asks for, and file systems grow with them. */
    private void grant() {
        claims().forEach(claim -> {
            long size = Quantity.getAmountInBytes(
                            claim.getSpec().getResources().getRequests().get("storage"))
                    .longValueExact();
            stage.cloud.disks.computeIfPresent(
                    member(claim), (member, disk) -> new Published.Disk(size, size - disk.total() + disk.free()));
        });
        claims().forEach(claim -> {
            var _ = client.resource(claim)
                    .editStatus(current -> new PersistentVolumeClaimBuilder(current)
                            .withNewStatus()
                            .withPhase("Bound")
                            .withCapacity(Map.of(
                                    "storage",
                                    current.getSpec()
                                            .getResources()
                                            .getRequests()
                                            .get("storage")))
                            .endStatus()
                            .build());
        });
    }

    /** Members say that so many bytes of what they were given are used. */
    private void use(long bytes) {
        for (PersistentVolumeClaim claim : claims()) {
            long size = Quantity.getAmountInBytes(
                            claim.getStatus().getCapacity().get("storage"))
                    .longValueExact();
            stage.cloud.disks.put(member(claim), new Published.Disk(size, size - bytes));
        }
    }

    private static String member(PersistentVolumeClaim claim) {
        return claim.getMetadata().getName().replaceFirst("-[0-9a-f]*$", "");
    }

    private List<PersistentVolumeClaim> claims() {
        return client.persistentVolumeClaims().inNamespace(Stage.NAMESPACE).list().getItems().stream()
                .sorted((a, b) ->
                        a.getMetadata().getName().compareTo(b.getMetadata().getName()))
                .toList();
    }

    private List<Long> sizes() {
        List<Long> sizes = new ArrayList<>();
        claims().forEach(claim -> sizes.add(Quantity.getAmountInBytes(
                        claim.getSpec().getResources().getRequests().get("storage"))
                .longValueExact()));
        return sizes;
    }

    private Set<String> quotas() {
        return client.pods().inNamespace(Stage.NAMESPACE).list().getItems().stream()
                .map(ClusterGrowthTest::quota)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String quota(Pod pod) {
        String flag = "--quota-backend-bytes=";
        return pod.getSpec().getContainers().getFirst().getArgs().stream()
                .filter(argument -> argument.startsWith(flag))
                .map(argument -> argument.substring(flag.length()))
                .findFirst()
                .orElseThrow();
    }
}
