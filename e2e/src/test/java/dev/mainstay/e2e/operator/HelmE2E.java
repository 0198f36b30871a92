package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The operator's chart is installed, upgraded and taken away by Helm itself, over a cluster that is there and is written to. Definitions are there, too. */
@OnKubernetes
@Tag("slow")
final class HelmE2E {
    private static final String NAMESPACE = "e2e-helm";
    private static final String RELEASE = "ours";
    private static final String DEPLOYMENT = "deployment/ours-mainstay-operator";
    private static final int TIMEOUT_SECONDS = 180;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters(NAMESPACE);

    private final OperatedCluster cluster = CLUSTERS.cluster("kept");
    private final Kubectl kubectl = cluster.kubectl();
    private final Helm chart =
            new Helm(Path.of(System.getProperty("e2e.home", "."), "..", "charts", "mainstay-operator")
                    .toAbsolutePath()
                    .normalize());
    private final Path kubeconfig = Path.of(Objects.requireNonNullElse(System.getenv("KUBECONFIG"), ""));
    private final String image = OperatorPods.image();

    @Test
    void aClusterOutlivesInstallationUpgradeAndRemovalOfTheChart() {
        cluster.settle(3);
        List<String> pods = cluster.podIdentities();
        int replicas = OperatorPods.scale(0);
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            try {
                install();
                OperatedCluster fresh = CLUSTERS.cluster("fresh").with("replicas", "1");
                Measured.line("one member by the chart's operator: " + fresh.settle(1) + " s");
                cluster.awaitSettled(3);
                judge.awaitMore();

                upgrade();
                fresh.with("replicas", "3").settle(3);
                cluster.awaitSettled(3);
                assertThat(cluster.podIdentities()).as("after an upgrade").isEqualTo(pods);
                fresh.delete();
            } finally {
                Helm.uninstall(RELEASE)
                        .withNamespace(NAMESPACE)
                        .withKubeConfig(kubeconfig)
                        .ignoreNotFound()
                        .call();
            }
            assertThat(kubectl.get(DEPLOYMENT, "{.metadata.name}")).isEmpty();
            judge.awaitMore();
            judge.stop("the operator is installed, upgraded and taken away by Helm");
        } finally {
            OperatorPods.scale(replicas);
        }
        cluster.awaitSettled(3);
        assertThat(cluster.podIdentities()).as("after all").isEqualTo(pods);
        cluster.delete();
    }

    private void install() {
        var release = chart.install()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .set("crds.enabled", false)
                .set("replicas", 1)
                .set("image.repository", image.substring(0, image.lastIndexOf(':')))
                .set("image.tag", image.substring(image.lastIndexOf(':') + 1))
                .waitReady()
                .withTimeout(TIMEOUT_SECONDS)
                .call();
        assertThat(release.getStatus()).isEqualTo("deployed");
    }

    private void upgrade() {
        String before = kubectl.get(DEPLOYMENT, "{.metadata.generation}");
        var release = chart.upgrade()
                .withName(RELEASE)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .reuseValues()
                .set("replicas", 2)
                .set("podAnnotations.upgraded", "by-helm")
                .waitReady()
                .withTimeout(TIMEOUT_SECONDS)
                .call();
        assertThat(release.getRevision()).isEqualTo("2");
        assertThat(kubectl.get(DEPLOYMENT, "{.metadata.generation}")).isNotEqualTo(before);
        assertThat(kubectl.get(DEPLOYMENT, "{.status.updatedReplicas}")).isEqualTo("2");
    }
}
