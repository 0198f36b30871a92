package dev.mainstay.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.mainstay.api.v1alpha1.EtcdBackup;
import dev.mainstay.api.v1alpha1.EtcdBackupSchedule;
import dev.mainstay.api.v1alpha1.EtcdBackupStore;
import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdRestore;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Charts and kustomize install the same operator with the same rights, of objects that Kubernetes knows. */
class PackagingTest {

    private static final String CHART = "mainstay-operator";
    private static final Rendered BASE_RBAC = Rendered.file("kustomize/base/rbac.yaml");
    private static final Rendered BASE = Rendered.file("kustomize/base/deployment.yaml");

    @ParameterizedTest
    @ValueSource(strings = {"mainstay-operator", "mainstay-cluster"})
    void chartsPassTheirOwnTool(String chart) {
        LintResult result = new Helm(Rendered.root().resolve("charts").resolve(chart))
                .lint()
                .strict()
                .call();

        assertThat(result.isFailed())
                .as(String.join("\n", result.getMessages()))
                .isFalse();
    }

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void chartInstallsWhatKustomizeDoes() throws IOException, InterruptedException {
        Rendered chart = Rendered.chart(CHART, UnaryOperator.identity());

        assertThat(chart.unknownFields()).isEmpty();
        assertThat(chart.one(ClusterRole.class, CHART).getRules()).isEqualTo(rules());
        assertThat(chart.one(Role.class, CHART + "-leader").getRules())
                .isEqualTo(BASE_RBAC.one(Role.class, CHART + "-leader").getRules());
        assertThat(container(chart)).isEqualTo(expected());
        assertThat(pod(chart)).isEqualTo(pod(BASE));
        assertThat(chart.all(ClusterRoleBinding.class).getFirst().getSubjects())
                .isEqualTo(Rendered.overlay("kustomize/overlays/cluster-wide")
                        .all(ClusterRoleBinding.class)
                        .getFirst()
                        .getSubjects());
    }

    @Test
    void chosenNamespacesGetRolesAndNothingElseDoes() {
        Rendered chart = Rendered.chart(
                CHART, values -> values.set("watchNamespaces[0]", "team-a").set("watchNamespaces[1]", "team-b"));

        assertThat(chart.kinds()).doesNotContain("ClusterRole", "ClusterRoleBinding");
        assertThat(chart.all(Role.class).stream()
                        .filter(role -> role.getRules().equals(rules()))
                        .map(role -> role.getMetadata().getNamespace()))
                .containsExactly("team-a", "team-b");
        assertThat(chart.all(RoleBinding.class)).allSatisfy(binding -> {
            assertThat(binding.getRoleRef().getKind()).isEqualTo("Role");
            assertThat(binding.getSubjects().getFirst().getNamespace()).isEqualTo("mainstay-system");
        });
        assertThat(container(chart).getArgs()).contains("--watch-namespaces=team-a,team-b");
    }

    @Test
    void definitionsAreThoseOfTheTypesAndStayWhenTheChartGoes() throws IOException {
        Rendered chart = Rendered.chart(CHART, UnaryOperator.identity());
        List<CustomResourceDefinition> definitions = chart.all(CustomResourceDefinition.class);

        try (Stream<Path> files = Files.list(Rendered.root().resolve("crds/manifests"))) {
            List<CustomResourceDefinition> manifests = files.filter(
                            file -> file.getFileName().toString().startsWith("etcd"))
                    .map(file -> Rendered.file("crds/manifests/" + file.getFileName()))
                    .map(file -> file.all(CustomResourceDefinition.class).getFirst())
                    .toList();
            assertThat(manifests).hasSize(8);
            assertThat(definitions.stream().map(CustomResourceDefinition::getSpec))
                    .containsExactlyInAnyOrderElementsOf(manifests.stream()
                            .map(CustomResourceDefinition::getSpec)
                            .toList());
        }
        assertThat(definitions)
                .allSatisfy(definition -> assertThat(definition.getMetadata().getAnnotations())
                        .containsEntry("helm.sh/resource-policy", "keep"));
        assertThat(Rendered.chart(CHART, values -> values.set("crds.enabled", false))
                        .kinds())
                .doesNotContain("CustomResourceDefinition");
    }

    @Test
    void monitoringIsMadeOnWish() {
        Rendered without = Rendered.chart(CHART, UnaryOperator.identity());
        Rendered with = Rendered.chart(
                CHART, values -> values.set("monitoring.podMonitor", true).set("monitoring.prometheusRule", true));

        assertThat(without.kinds()).doesNotContain("PodMonitor", "PrometheusRule");
        assertThat(with.kinds()).contains("PodMonitor", "PrometheusRule");
    }

    @ParameterizedTest
    @CsvSource({
        "replicas, 9",
        "replicas, -1",
        "image.pullPolicy, Sometimes",
        "nodeImage, mainstay/node:0.1.0",
        "watchNamespaces[0], Team_A",
        "extraArgs[0], port",
        "replcas, 2",
    })
    void nonsenseIsRefusedBySchema(String value, String nonsense) {
        assertThatThrownBy(() -> Rendered.chart(CHART, values -> set(values, value, nonsense)))
                .hasMessageContaining(value.replaceAll("[\\[.].*", ""));
    }

    @Test
    void clusterOfAChartIsOne() {
        Rendered chart = Rendered.chart(
                "mainstay-cluster",
                values -> values.set("name", "orders").set("spec.replicas", 5).set("spec.config.backendQuota", "2Gi"));

        EtcdCluster cluster = chart.custom(EtcdCluster.class);
        assertThat(cluster.getMetadata().getName()).isEqualTo("orders");
        assertThat(cluster.getSpec().replicas()).isEqualTo(5);
        assertThat(chart.unknownFields()).isEmpty();
        assertThatThrownBy(() -> Rendered.chart("mainstay-cluster", values -> values.set("spec.replicas", 4)))
                .hasMessageContaining("replicas");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster-wide", "namespaced", "monitoring", "dev"})
    void overlaysAreOfThingsThatKubernetesKnows(String overlay) throws IOException, InterruptedException {
        Rendered rendered = Rendered.overlay("kustomize/overlays/" + overlay);

        assertThat(rendered.unknownFields()).isEmpty();
        assertThat(rendered.kinds()).contains("Deployment", "CustomResourceDefinition");
        if (overlay.equals("namespaced")) {
            assertThat(rendered.kinds()).doesNotContain("ClusterRole", "ClusterRoleBinding");
            Role role = rendered.one(Role.class, CHART);
            assertThat(role.getRules()).isEqualTo(rules());
            assertThat(role.getMetadata().getNamespace()).isEqualTo("mainstay-system");
        } else {
            assertThat(rendered.one(ClusterRole.class, CHART).getRules()).isEqualTo(rules());
        }
    }

    /** As people do who have namespaces of their own. */
    @ParameterizedTest
    @ValueSource(strings = {"cluster-wide", "namespaced", "dev"})
    void overlaysMoveToAnotherNamespaceAsAWhole(String overlay) throws IOException, InterruptedException {
        Path here = folder.toRealPath();
        Path there = Rendered.root().toRealPath().resolve("kustomize/overlays").resolve(overlay);
        Files.writeString(
                here.resolve("kustomization.yaml"),
                "namespace: team-ops\nresources: [" + here.relativize(there) + "]\n");

        Rendered rendered = Rendered.overlay(here.toString());

        assertThat(Stream.concat(
                        rendered.all(RoleBinding.class).stream().map(RoleBinding::getSubjects),
                        rendered.all(ClusterRoleBinding.class).stream().map(ClusterRoleBinding::getSubjects)))
                .hasSize(2)
                .allSatisfy(subjects ->
                        assertThat(subjects.getFirst().getNamespace()).isEqualTo("team-ops"));
        assertThat(deployment(rendered).getMetadata().getNamespace()).isEqualTo("team-ops");
    }

    /** Read by the types' own mapper, which passes over what it doesn't know: so what comes out must be what went in. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "one",
                "three",
                "backup-s3",
                "backup-volume",
                "archive-s3",
                "restore-new",
                "restore-moment",
                "restore-in-place",
                "care"
            })
    void samplesAreOfKnownFields(String sample) throws IOException {
        for (String document : Files.readString(Rendered.root().resolve("kustomize/samples/" + sample + ".yaml"))
                .split("(?m)^---$", -1)) {
            Map<?, ?> written = Serialization.unmarshal(document, Map.class);
            Class<? extends HasMetadata> type = KINDS.get(String.valueOf(written.get("kind")));
            if (type == null) {
                continue;
            }
            Map<?, ?> read =
                    Serialization.unmarshal(Serialization.asJson(Serialization.unmarshal(document, type)), Map.class);
            assertThat(missing("spec", written.get("spec"), read.get("spec"))).isEmpty();
        }
    }

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "EtcdCluster", EtcdCluster.class,
            "EtcdBackupStore", EtcdBackupStore.class,
            "EtcdBackup", EtcdBackup.class,
            "EtcdBackupSchedule", EtcdBackupSchedule.class,
            "EtcdRestore", EtcdRestore.class);

    private static List<String> missing(String path, @Nullable Object written, @Nullable Object read) {
        if (!(written instanceof Map<?, ?> fields)) {
            return List.of();
        }
        Map<?, ?> found = read instanceof Map<?, ?> map ? map : Map.of();
        return fields.entrySet().stream()
                .flatMap(field -> found.containsKey(field.getKey())
                        ? missing(path + "." + field.getKey(), field.getValue(), found.get(field.getKey())).stream()
                        : Stream.of(path + "." + field.getKey()))
                .toList();
    }

    private static TemplateCommand set(TemplateCommand values, String name, String value) {
        return value.matches("-?\\d+") ? values.set(name, Integer.parseInt(value)) : values.set(name, value);
    }

    private static List<PolicyRule> rules() {
        return BASE_RBAC.one(ClusterRole.class, CHART).getRules();
    }

    private static Container container(Rendered rendered) {
        return deployment(rendered)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst();
    }

    /** Of the base; the chart names the usual pull policy. */
    private static Container expected() {
        Container container = container(BASE);
        container.setImagePullPolicy("IfNotPresent");
        return container;
    }

    /** Everything about the pod but its container and its labels. */
    private static Object pod(Rendered rendered) {
        var spec = deployment(rendered).getSpec().getTemplate().getSpec().edit();
        spec.withContainers(List.of());
        return spec.editTopologySpreadConstraint(0)
                .withLabelSelector(null)
                .endTopologySpreadConstraint()
                .build();
    }

    private static Deployment deployment(Rendered rendered) {
        return rendered.one(Deployment.class, CHART);
    }
}
