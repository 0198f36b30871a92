package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Pause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The overlay {@code namespaced}, in a namespace of its own as its users put it there: an operator with no right to anything outside of it. That of all
 * namespaces rests meanwhile.
 */
@OnKubernetes
@Tag("slow")
final class NamespacedE2E {
    private static final String NAMESPACE = "e2e-namespaced";
    private static final String OTHER = "e2e-namespaced-other";
    private static final Pattern DOCUMENTS = Pattern.compile("(?m)^---$");
    private static final long WHILE_MILLIS = 15_000;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters(NAMESPACE);

    @RegisterExtension
    private static final Clusters OTHERS = new Clusters(OTHER);

    @TempDir
    private Path directory;

    @Test
    void anOperatorOfOneNamespaceRunsAClusterThereAndTouchesNoOther() {
        OperatedCluster cluster = CLUSTERS.cluster("inside");
        OperatedCluster outside = OTHERS.cluster("outside").with("replicas", "1");
        Kubectl kubectl = cluster.kubectl();
        String manifest = rendered();
        assertThat(manifest).contains("kind: Role\n").doesNotContain("kind: ClusterRole");
        int replicas = OperatorPods.scale(0);
        try {
            var applied = kubectl.run(manifest.getBytes(StandardCharsets.UTF_8), "apply", "--server-side", "-f", "-");
            assertThat(applied.code()).as(applied.toString()).isZero();
            kubectl.out("rollout", "status", "deployment/mainstay-operator", "--timeout=110s");

            outside.apply();
            Measured.line("three members by an operator of one namespace: " + cluster.settle(3) + " s");
            var ids = cluster.ids();
            try (JudgePod judge = JudgePod.start(cluster, "")) {
                kubectl.out("delete", "pod", cluster.leader());
                cluster.awaitSettled(3);
                judge.awaitMore();
                judge.stop("an operator of one namespace brings a leader back");
            }
            assertThat(cluster.ids()).isEqualTo(ids);

            Pause.millis(WHILE_MILLIS);
            assertThat(outside.get("{.status}{.metadata.finalizers}")).isEmpty();
            assertThat(outside.ids()).isEmpty();
            assertThat(outside.pods()).isEmpty();
            assertThat(kubectl.out(
                            "logs", "-l", "app.kubernetes.io/name=mainstay-operator", "--tail=-1", "--prefix=true"))
                    .doesNotContainIgnoringCase("forbidden");
            cluster.delete();
        } finally {
            kubectl.out("delete", "deployment", "mainstay-operator", "--ignore-not-found");
            OperatorPods.scale(replicas);
        }
        outside.awaitSettled(1);
        outside.delete();
    }

    /** The overlay in this namespace, with the image that the operator under test has, and without definitions, which are there. */
    private String rendered() {
        Path overlay = Path.of(System.getProperty("e2e.home", "."), "..", "kustomize", "overlays", "namespaced");
        try {
            Path here = directory.toRealPath();
            Files.writeString(
                    here.resolve("kustomization.yaml"),
                    "namespace: " + NAMESPACE + "\nresources: [" + here.relativize(overlay.toRealPath()) + "]\n");
            String all = Kubectl.in(NAMESPACE).out("kustomize", here.toString());
            return List.of(DOCUMENTS.split(all, -1)).stream()
                    .filter(document -> !document.contains("kind: CustomResourceDefinition"))
                    .collect(Collectors.joining("---"))
                    .replaceAll("image: mainstay/operator:\\S+", "image: " + OperatorPods.image());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
