package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two replicas of the operator, as they are deployed: one leads, and another goes on where it was. */
@OnKubernetes
@Tag("slow")
final class TwoOperatorsE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-two-operators");

    @Test
    void theOtherGoesOnWithARollWhenTheLeadingOneIsKilled() {
        OperatedCluster cluster = CLUSTERS.cluster("handed-over");
        int replicas = OperatorPods.scale(2);
        try {
            cluster.settle(3);
            var ids = cluster.ids();
            String last = cluster.leader();
            List<String> before = cluster.podIdentities();
            try (JudgePod judge = JudgePod.start(cluster, "")) {
                cluster.with("config", "{snapshotCount: 20000}").apply();
                Await.until(
                        "a member that is made anew",
                        () -> !cluster.podIdentities().containsAll(before),
                        cluster::describe);
                String killed = OperatorPods.leader();
                OperatorPods.kill(killed);
                long start = System.nanoTime();
                Await.until(
                        "another operator that leads",
                        () -> !OperatorPods.leader().equals(killed)
                                && !OperatorPods.leader().isEmpty(),
                        cluster::describe);
                Measured.line("the leading operator is killed, until the other leads: "
                        + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
                cluster.awaitSettled(3);
                judge.awaitMore();
                judge.stop("the leading operator of two is killed in the middle of a roll");
            }
            assertThat(cluster.podIdentities()).hasSize(3).doesNotContainAnyElementsOf(before);
            assertThat(cluster.ids()).isEqualTo(ids);
            assertThat(cluster.youngestLast().getLast()).as("made anew last").isEqualTo(last);
        } finally {
            OperatorPods.scale(replicas);
        }
        cluster.delete();
    }
}
