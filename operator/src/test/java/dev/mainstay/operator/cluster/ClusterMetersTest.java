package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.engine.Action;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the operator's metrics tell of a cluster, as Prometheus reads them. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterMetersTest {

    private static final String OF = "{cluster=\"a\",namespace=\"test\"";

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, meters);
    }

    @Test
    void clusterIsMeasuredUntilItIsGone() {
        stage.create(3, "storage: {size: 1Gi}\n");
        for (int i = 0; i < 3; i++) {
            var _ = stage.pass();
        }
        assertThat(meters.scrape())
                .contains(
                        "etcd_operator_cluster_available" + OF + "} 0",
                        "etcd_operator_operation_in_progress" + OF + ",type=\"Bootstrap\"} 1");

        stage.settle();
        double authority = seconds(Objects.requireNonNull(trust().caExpiry()));
        assertThat(meters.scrape())
                .contains(
                        "etcd_operator_cluster_available" + OF + "} 1",
                        "etcd_operator_members" + OF + ",state=\"ready\"} 3",
                        "etcd_operator_members" + OF + ",state=\"unready\"} 0",
                        "etcd_operator_operation_in_progress" + OF + ",type=\"Bootstrap\"} 0",
                        "etcd_operator_operation_in_progress" + OF + ",type=\"ScaleOut\"} 0")
                .containsPattern("etcd_operator_operation_duration_seconds_count\\{cluster=\"a\",namespace=\"test\","
                        + "result=\"completed\",type=\"ScaleOut\"} 1")
                .containsPattern("etcd_operator_operation_duration_seconds_sum\\{cluster=\"a\",namespace=\"test\","
                        + "result=\"completed\",type=\"ScaleOut\"} [1-9]")
                .doesNotContain("type=\"Upgrade\"");
        assertThat(sample("etcd_operator_certificate_expiry_timestamp" + kind("authority")))
                .isEqualTo(authority);
        assertThat(sample("etcd_operator_certificate_expiry_timestamp" + kind("leaf")))
                .isEqualTo(seconds(Objects.requireNonNull(trust().leafExpiry())));

        client.resources(EtcdCluster.class)
                .inNamespace(Stage.NAMESPACE)
                .withName("a")
                .delete();
        assertThat(stage.gone()).isTrue();
        assertThat(meters.scrape()).doesNotContain("cluster=\"a\"");
    }

    @Test
    void podsThatAreMadeAnewAreCounted() {
        stage.create(3, "storage: {size: 1Gi}\ntls: {mode: Disabled}\n");
        stage.settle();
        assertThat(meters.scrape()).doesNotContain("etcd_operator_member_recreates");

        stage.cloud.silence("a-2");
        for (int i = 0; i < 2; i++) {
            stage.settle();
            stage.now = stage.now.plusSeconds(700);
        }
        assertThat(meters.scrape())
                .contains(
                        "etcd_operator_member_recreates_total" + OF + "} 1",
                        "etcd_operator_members" + OF + ",state=\"unready\"} 1");
    }

    @Test
    void stepThatTakesTooLongIsSaid() {
        stage.create(3, "storage: {size: 1Gi}\ntls: {mode: Disabled}\n");
        stage.settle();
        stage.change(spec -> {
            spec.put("updateStrategy", Map.of("readySeconds", 1, "progressDeadlineSeconds", 60));
            spec.put("config", Map.of("snapshotCount", 20_000));
        });
        while (!(stage.pass().action() instanceof Action.DeletePod)) {
            // Until the first member takes it.
        }
        stage.cloud.silence("a-2");
        stage.settle();
        assertThat(meters.scrape()).contains("etcd_operator_operation_overdue_seconds" + OF + "} 0");
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("WaitingForHealth");

        stage.now = stage.now.plusSeconds(100);
        stage.settle();
        assertThat(sample("etcd_operator_operation_overdue_seconds" + OF + "}")).isBetween(30.0, 120.0);
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("DeadlineExceeded");
        assertThat(stage.condition("Progressing").getMessage())
                .startsWith("CreatePod of a-2 takes longer than updateStrategy.progressDeadlineSeconds: ")
                .endsWith("a-2 isn't ready yet");
        assertThat(client.v1().events().inNamespace(Stage.NAMESPACE).list().getItems())
                .filteredOn(event -> event.getReason().equals("DeadlineExceeded"))
                .singleElement()
                .satisfies(event -> assertThat(event.getType()).isEqualTo("Warning"));

        stage.cloud.speak("a-2");
        stage.settle();
        assertThat(meters.scrape()).contains("etcd_operator_operation_overdue_seconds" + OF + "} 0");
        assertThat(stage.condition("Progressing").getReason()).isEqualTo("Idle");
    }

    private dev.mainstay.api.v1alpha1.EtcdClusterStatus.Trust trust() {
        return Objects.requireNonNull(stage.cluster().getStatus().trust());
    }

    private static String kind(String kind) {
        return "{cluster=\"a\",kind=\"" + kind + "\",namespace=\"test\"}";
    }

    private double sample(String series) {
        return meters.scrape()
                .lines()
                .filter(line -> line.startsWith(series))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow(() -> new AssertionError(series));
    }

    private static double seconds(String time) {
        return (double) Instant.parse(time).getEpochSecond();
    }
}
