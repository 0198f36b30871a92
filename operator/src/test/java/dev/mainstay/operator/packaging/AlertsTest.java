package dev.mainstay.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.desired.DesiredMonitoring;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Prometheus' own promtool runs the alerts as they are shipped: {@code src/test/resources/alerts} says by which numbers each of them fires, and by
 * which it doesn't. On a machine that can't have promtool this fails, and says how to bring it.
 */
@Timeout(300)
class AlertsTest {

    private static final Path CASES = Rendered.root().resolve("operator/src/test/resources/alerts");
    private static final String CLUSTER = """
            apiVersion: mainstay.dev/v1alpha1
            kind: EtcdCluster
            metadata: {name: orders, namespace: team-a, uid: u}
            spec:
              replicas: 3
              version: 1.4.2
              storage: {size: 8Gi}
              archive: {storeRef: {name: s3}, maxLagSeconds: 300}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"cluster", "operator"})
    void alertsFireWhenTheyShouldAndOnlyThen(String group) throws IOException, InterruptedException {
        Files.writeString(folder.resolve(group + "-rules.yaml"), Serialization.asYaml(rules(group)));
        Files.copy(CASES.resolve(group + ".yaml"), folder.resolve(group + ".yaml"));
        String promtool = Programs.brought("promtool.sh");

        assertThat(Programs.out(folder, promtool, "check", "rules", group + "-rules.yaml"))
                .contains("SUCCESS");
        assertThat(Programs.out(folder, promtool, "test", "rules", group + ".yaml"))
                .contains("SUCCESS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster", "operator"})
    void everyAlertIsTriedBothWays(String group) throws IOException {
        Set<String> alerts = new TreeSet<>(rules(group).findValuesAsText("alert"));
        Set<String> fire = new TreeSet<>();
        Set<String> quiet = new TreeSet<>();
        JsonNode cases = Serialization.unmarshal(Files.readString(CASES.resolve(group + ".yaml")), JsonNode.class);
        for (JsonNode moments : cases.findValues("alert_rule_test")) {
            for (JsonNode moment : moments) {
                boolean fires = !moment.path("exp_alerts").isEmpty();
                (fires ? fire : quiet).add(moment.path("alertname").asText());
            }
        }

        assertThat(alerts).hasSizeGreaterThan(5);
        assertThat(fire).isEqualTo(alerts);
        assertThat(quiet).isEqualTo(alerts);
    }

    @Test
    void chartAndKustomizeWakePeopleForTheSame() {
        assertThat(rules("operator")).isEqualTo(rulesOf(Rendered.file("kustomize/overlays/monitoring/rules.yaml")));
    }

    /** Without TLS there is no certificate to end, and without an archive none that lags. */
    @Test
    void clusterIsWatchedForWhatItHas() {
        String plain = CLUSTER.replaceAll("(?m)^  archive.*$", "  tls: {mode: Disabled}");

        assertThat(ofCluster(plain).findValuesAsText("alert"))
                .contains("MainstayMemberDown")
                .noneMatch(alert -> alert.contains("Archive") || alert.contains("Certificate"));
    }

    private static JsonNode rules(String group) {
        return group.equals("cluster")
                ? ofCluster(CLUSTER)
                : rulesOf(Rendered.chart("mainstay-operator", values -> values.set("monitoring.prometheusRule", true)));
    }

    private static JsonNode ofCluster(String cluster) {
        return new DesiredMonitoring(Serialization.unmarshal(cluster, EtcdCluster.class))
                .all().stream()
                        .filter(object -> object.getKind().equals(DesiredMonitoring.RULE))
                        .map(AlertsTest::spec)
                        .findFirst()
                        .orElseThrow();
    }

    private static JsonNode rulesOf(Rendered rendered) {
        return rendered.all(GenericKubernetesResource.class).stream()
                .filter(object -> object.getKind().equals(DesiredMonitoring.RULE))
                .map(AlertsTest::spec)
                .findFirst()
                .orElseThrow();
    }

    /** What Prometheus reads of a PrometheusRule. */
    private static JsonNode spec(GenericKubernetesResource rule) {
        return Serialization.unmarshal(
                Serialization.asJson(
                        Objects.requireNonNull(rule.getAdditionalProperties().get("spec"))),
                JsonNode.class);
    }
}
