package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Pause;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Another operator that makes pods differently takes over, while clients write: no member is touched until somebody says so. */
@OnKubernetes
@Tag("slow")
final class OperatorUpgradeE2E {
    private static final long WHILE_MILLIS = 45_000;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-operator-upgrade");

    @Test
    void anotherOperatorTouchesNoMemberUntilItIsTold() {
        String repository = OperatorPods.nodeRepository();
        Assumptions.assumeFalse(
                repository.split("/", -1)[0].matches(".*[.:].*"),
                "left out: the image's repository names its registry, so that it has no second name");
        OperatedCluster cluster = CLUSTERS.cluster("kept");
        cluster.settle(3);
        var ids = cluster.ids();
        List<String> before = cluster.podIdentities();
        String leader = cluster.leader();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            try {
                // The same image by its longer name.
                OperatorPods.nodeRepository("docker.io/" + repository);
                Await.until(
                        "an offer",
                        () -> !cluster.get("{.status.podTemplate.available.revision}")
                                .isEmpty(),
                        cluster::describe);
                Pause.millis(WHILE_MILLIS);
                assertThat(cluster.podIdentities()).isEqualTo(before);
                assertThat(cluster.kubectl().out("get", "events", "-o", "jsonpath={.items[*].reason}"))
                        .contains("TemplateRevisionAvailable");
                judge.awaitMore();

                String offer = cluster.get("{.status.podTemplate.available.revision}");
                cluster.kubectl()
                        .out(
                                "annotate",
                                "etcdcluster",
                                cluster.name(),
                                "mainstay.dev/adopt-template-revision=" + offer);
                Await.until(
                        "members made anew",
                        () -> cluster.podIdentities().stream().noneMatch(before::contains)
                                && cluster.get("{.status.podTemplate.available.revision}")
                                        .isEmpty(),
                        cluster::describe);
                cluster.awaitSettled(3);
                judge.awaitMore();
                judge.stop("another operator makes pods differently, and is told to");
            } finally {
                OperatorPods.nodeRepository(repository);
            }
        }
        assertThat(cluster.ids()).isEqualTo(ids);
        assertThat(cluster.youngestLast().getLast()).as("made anew last").isEqualTo(leader);
        assertThat(cluster.kubectl().get("pod/" + leader, "{.spec.containers[?(@.name==\"node\")].image}"))
                .startsWith("docker.io/" + repository);
        cluster.delete();
    }
}
