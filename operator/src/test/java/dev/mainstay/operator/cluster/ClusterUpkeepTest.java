package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.engine.Action;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Maintenance windows and defragmentations by schedule, from the spec to what members and the API server are told. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterUpkeepTest {

    private static final long GIB = 1L << 30;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    @Test
    void changeIsTakenInTheNextWindow() {
        stage.create(3, """
                storage: {size: 1Gi}
                tls: {mode: Disabled}
                maintenance:
                  windows: [{schedule: "0 2 * * *", durationMinutes: 60}]
                """);
        stage.settle();
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("Idle");

        stage.change(spec -> spec.put("version", "1.5.0"));
        assertThat(stage.settle()).isEmpty();
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("WaitingForWindow");
        assertThat(stage.condition("Progressing").getMessage()).contains("2026-01-01T02:00:00Z");
        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        List<String> before = stage.versions();
        stage.now = stage.now.plusSeconds(600);
        assertThat(stage.settle()).isEmpty();
        assertThat(stage.versions()).as("waiting costs no writes").isEqualTo(before);

        stage.now = Instant.parse("2026-01-01T02:00:00Z");
        assertThat(stage.settle())
                .filteredOn(Action.DeletePod.class::isInstance)
                .hasSize(3);
        assertThat(stage.cluster().getStatus().version()).isEqualTo("1.5.0");
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("Idle");
    }

    @Test
    void aWindowThatClosesStopsBetweenTwoMembers() {
        stage.create(3, """
                storage: {size: 1Gi}
                tls: {mode: Disabled}
                maintenance:
                  windows: [{schedule: "0 2 * * *", durationMinutes: 60}]
                """);
        stage.settle();
        stage.now = Instant.parse("2026-01-01T02:59:40Z");
        stage.change(spec -> spec.put("version", "1.5.0"));

        assertThat(stage.settle())
                .filteredOn(Action.DeletePod.class::isInstance)
                .hasSizeBetween(1, 2);
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("WaitingForWindow");
        assertThat(stage.condition("Progressing").getMessage()).contains("2026-01-02T02:00:00Z");
        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
    }

    @Test
    void scheduleThatCannotBeReadIsAnInvalidSpecAndRepairsGoOn() {
        stage.create(3, """
                storage: {size: 1Gi}
                tls: {mode: Disabled}
                """);
        stage.settle();
        stage.change(spec -> spec.put(
                "maintenance",
                Map.of("windows", List.of(Map.of("schedule", "at night, please", "durationMinutes", 60)))));
        stage.settle();
        assertThat(stage.condition("Ready").getReason()).isEqualTo("InvalidSpec");
        assertThat(stage.condition("Ready").getMessage()).contains("spec.maintenance.windows[0].schedule");

        client.pods().inNamespace(Stage.NAMESPACE).withName("a-2").delete();
        assertThat(stage.settle()).contains(new Action.CreatePod("a-2", false));
    }

    @Test
    void authorityIsReplacedInAWindowUnlessItPresses() {
        stage.create(1, """
                storage: {size: 1Gi}
                tls: {caDuration: 1000h, caRenewBefore: 400h, caOverlap: 1h, leafDuration: 990h, renewBefore: 10h}
                maintenance:
                  windows: [{schedule: "0 2 1 * *", durationMinutes: 60}]
                """);
        stage.settle();
        Instant end = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(1000));
        String first = authority();

        stage.now = end.minus(Duration.ofHours(300));
        stage.settle();
        assertThat(authority()).isEqualTo(first);
        assertThat(stage.condition("CertificatesValid").getReason()).isEqualTo("RenewalPending");
        assertThat(stage.condition("CertificatesValid").getMessage()).contains("2026-02-01T02:00:00Z");
        assertThat(stage.cluster().getStatus().trust()).isNotNull();

        stage.now = end.minus(Duration.ofHours(199));
        stage.settle();
        assertThat(authority()).isNotEqualTo(first);
    }

    private String authority() {
        return Objects.requireNonNull(client.configMaps()
                .inNamespace(Stage.NAMESPACE)
                .withName("a-ca")
                .get()
                .getData()
                .get("ca.crt"));
    }

    @Test
    void freeSpaceIsReturnedOnceForEachTimeThatIsDue() {
        stage.create(3, """
                storage: {size: 4Gi}
                tls: {mode: Disabled}
                maintenance:
                  defragmentation: {schedule: "30 3 * * *", minReclaimable: 200Mi}
                """);
        stage.settle();
        for (String member : List.of("a-1", "a-2", "a-3")) {
            stage.cloud.data.put(member, new long[] {GIB, GIB / 2});
        }
        assertThat(stage.settle()).isEmpty();

        stage.now = Instant.parse("2026-01-01T03:30:00Z");
        assertThat(stage.settle())
                .containsExactly(
                        new Action.Defragment("a-2"), new Action.Defragment("a-3"), new Action.Defragment("a-1"));
        assertThat(stage.members())
                .allSatisfy(member ->
                        assertThat(member.getStatus().lastDefragmentationTime()).startsWith("2026-01-01T03:30:"));
        assertThat(stage.cluster().getStatus().operation()).isNull();

        for (String member : List.of("a-1", "a-2", "a-3")) {
            stage.cloud.data.put(member, new long[] {GIB, GIB / 2});
        }
        assertThat(stage.settle()).as("once a day").isEmpty();
        stage.now = Instant.parse("2026-01-02T03:31:00Z");
        assertThat(stage.settle()).hasSize(3);
    }

    @Test
    void dataNearTheQuotaIsNotLeftToTheNextTime() {
        stage.create(1, """
                storage: {size: 4Gi}
                tls: {mode: Disabled}
                maintenance:
                  defragmentation: {schedule: "30 3 1 * *", atQuotaPercent: 70}
                """);
        stage.settle();

        stage.cloud.data.put("a-1", new long[] {3 * GIB * 71 / 100, GIB});
        assertThat(stage.settle()).containsExactly(new Action.Defragment("a-1"));
    }
}
