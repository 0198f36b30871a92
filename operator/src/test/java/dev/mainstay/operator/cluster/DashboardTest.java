package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The dashboard of a cluster, where the Prometheus operator is. That members serve what it asks for is tried by e2e's PeerMetricsE2E. */
@EnableKubernetesMockClient(crud = true)
@Timeout(60)
class DashboardTest {

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
        stage.create(1, "storage: {size: 1Gi}\ntls: {mode: Disabled}\n");
        stage.settle();
    }

    private void install() {
        server.expect()
                .get()
                .withPath("/apis/monitoring.coreos.com/v1")
                .andReturn(
                        200,
                        new APIResourceListBuilder()
                                .withGroupVersion("monitoring.coreos.com/v1")
                                .addToResources(
                                        served("podmonitors", "PodMonitor"),
                                        served("prometheusrules", "PrometheusRule"))
                                .build())
                .always();
    }

    private static APIResource served(String plural, String kind) {
        return new APIResourceBuilder()
                .withName(plural)
                .withKind(kind)
                .withNamespaced(true)
                .build();
    }

    private ConfigMap map() {
        return client.configMaps()
                .inNamespace(Stage.NAMESPACE)
                .withName("a-dashboard")
                .get();
    }

    @Test
    void grafanaFindsADashboardOfTheClustersMembers() {
        assertThat(map()).as("without the Prometheus operator").isNull();

        install();
        stage.settle();
        assertThat(map().getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        assertThat(map().getData()).containsOnlyKeys("mainstay-test-a.json");
        Map<String, Object> dashboard = dashboard();
        assertThat(dashboard).containsEntry("title", "Mainstay test/a");
        assertThat((String) dashboard.get("uid")).hasSizeLessThanOrEqualTo(40);
        assertThat(panels(dashboard)).hasSizeGreaterThan(20).allSatisfy(panel -> {
            assertThat(panel).containsKeys("title", "gridPos", "fieldConfig", "id");
            List<Map<String, Object>> targets = cast(Objects.requireNonNull(panel.get("targets")));
            assertThat(targets)
                    .singleElement()
                    .satisfies(target -> assertThat((String) target.get("expr"))
                            .contains("{namespace=\"test\",pod=~\"a-[0-9]+\"")
                            .doesNotContain("{members"));
        });
        assertThat(panels(dashboard)).extracting(panel -> panel.get("id")).doesNotHaveDuplicates();
        assertThat(panels(dashboard)).extracting(panel -> panel.get("gridPos")).doesNotHaveDuplicates();
        List<String> before = stage.versions();
        stage.settle();
        assertThat(stage.versions()).isEqualTo(before);
    }

    @Test
    void dashboardGoesWhenItIsSwitchedOffAndStrangersStay() {
        install();
        stage.settle();
        stage.change(spec -> spec.put("monitoring", Map.of("labels", Map.of("team", "a"))));
        stage.settle();
        assertThat(map().getMetadata().getLabels()).containsEntry("team", "a");

        stage.change(spec -> spec.put("monitoring", Map.of("dashboard", false)));
        stage.settle();
        assertThat(map()).isNull();

        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: a-dashboard, namespace: test}
                        """, ConfigMap.class)).create();
        stage.settle();
        assertThat(map()).isNotNull();
    }

    private Map<String, Object> dashboard() {
        return cast(Serialization.unmarshal(map().getData().get("mainstay-test-a.json"), Map.class));
    }

    private static List<Map<String, Object>> panels(Map<String, Object> dashboard) {
        return cast(Objects.requireNonNull(dashboard.get("panels")));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
