package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Machines are emptied for maintenance, one after the other, while clients write. */
@OnKubernetes
@Tag("slow")
final class DrainE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-drain");

    private final OperatedCluster cluster = CLUSTERS.cluster("drained");
    private final Kubectl kubectl = cluster.kubectl();

    /** With the operator, if it is there; only the judge stays. */
    @Test
    void everyNodeIsDrainedInTurn() {
        cluster.settle(3);
        Map<String, String> ids = cluster.ids();
        List<String> nodes =
                cluster.pods().stream().map(cluster::node).distinct().toList();
        assertThat(nodes).as("each member on a node of its own").hasSize(3);

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            for (String node : nodes) {
                try {
                    drain(node, "app!=judge");
                    judge.awaitMore();
                } finally {
                    kubectl.out("uncordon", node);
                }
                // A volume that stays where it is brings its member back only now.
                cluster.awaitSettled(3);
                judge.awaitMore();
            }
            judge.stop("each node is drained in turn");
        }
        assertThat(cluster.ids()).isEqualTo(ids);
        cluster.delete();
    }

    /**
     * While one member is down, no other may be evicted. Evictions look at PodDisruptionBudgets of {@code policy/v1}, which Kubernetes has since 1.21: on
     * older ones there is none, as an event of the cluster says.
     */
    @Test
    void aSecondDrainWaitsForTheFirstMemberToComeBack() {
        Assumptions.assumeTrue(
                Arrays.asList(kubectl.out("api-versions").split("\\s+", -1)).contains("policy/v1"),
                "left out: this Kubernetes doesn't serve policy/v1");
        cluster.settle(3);
        List<String> nodes =
                cluster.pods().stream().map(cluster::node).distinct().toList();
        assertThat(nodes).as("each member on a node of its own").hasSize(3);
        OperatorPods.awayFrom(List.of(nodes.getFirst()));
        String pods = "mainstay.dev/cluster=" + cluster.name();

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            try {
                // With nowhere to go the first member stays away.
                nodes.forEach(node -> kubectl.out("cordon", node));
                drain(nodes.getFirst(), pods);
                Kubectl.Result second = kubectl.run(
                        new byte[0],
                        "drain",
                        nodes.get(1),
                        "--ignore-daemonsets",
                        "--timeout=20s",
                        "--pod-selector=" + pods);
                assertThat(second.code()).as(second.toString()).isNotZero();
                assertThat(second.err()).contains("would violate the pod's disruption budget");
                judge.awaitMore();
            } finally {
                nodes.forEach(node -> kubectl.out("uncordon", node));
            }
            cluster.awaitSettled(3);
            drain(nodes.get(1), pods);
            kubectl.out("uncordon", nodes.get(1));
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("a second drain waits");
        }
        cluster.delete();
    }

    private void drain(String node, String selector) {
        long start = System.nanoTime();
        kubectl.out(
                "drain",
                node,
                "--ignore-daemonsets",
                "--delete-emptydir-data",
                "--timeout=110s",
                "--pod-selector=" + selector);
        Measured.line("a node is drained: " + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
    }
}
