package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Members come and go while clients write. */
@OnKubernetes
@Tag("slow")
final class ScaleE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-scale");

    @Test
    void growsToFiveShrinksToThreeSleepsAndWakes() {
        OperatedCluster cluster = CLUSTERS.cluster("scaled").with("replicas", "1");
        cluster.settle(1);
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            Measured.line("1 to 3 members: " + cluster.with("replicas", "3").settle(3) + " s");
            Measured.line("3 to 5 members: " + cluster.with("replicas", "5").settle(5) + " s");
            cluster.kubectl().out("scale", "etcdcluster", cluster.name(), "--replicas=3");
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("scaled 1, 3, 5, 3");
        }
        assertThat(cluster.kubectl().list("pvc", "mainstay.dev/cluster=scaled", "{.metadata.name}"))
                .as("volumes of members that left")
                .hasSize(3);
        Set<String> members = new TreeSet<>(cluster.pods());

        cluster.with("replicas", "0").apply();
        cluster.awaitReason("Available", "Hibernated");
        Await.until("no pods", () -> cluster.pods().isEmpty(), cluster::describe);
        assertThat(cluster.kubectl().list("pvc", "mainstay.dev/cluster=scaled", "{.metadata.name}"))
                .hasSize(3);

        Measured.line("woken: " + cluster.with("replicas", "3").settle(3) + " s");
        assertThat(cluster.pods()).containsExactlyInAnyOrderElementsOf(members);
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            judge.awaitMore();
            judge.stop("after hibernation");
        }
    }

    @Test
    void anOperatorThatIsKilledInTheMiddleGoesOnWhereItWas() {
        OperatedCluster cluster = CLUSTERS.cluster("killed").with("replicas", "1");
        cluster.settle(1);
        Kubectl operator = Kubectl.in(Settings.operatorNamespace());
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.with("replicas", "3").apply();
            for (int members = 2; members <= 3; members++) {
                int wanted = members;
                Await.until(
                        "member " + members,
                        () -> cluster.kubectl()
                                        .list("etcdmembers", "mainstay.dev/cluster=killed", "{.metadata.name}")
                                        .size()
                                >= wanted,
                        cluster::describe);
                operator.out(
                        "delete",
                        "pod",
                        "-l",
                        "app.kubernetes.io/name=mainstay-operator",
                        "--force",
                        "--grace-period=0");
            }
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("the operator is killed twice while it scales");
        }
        cluster.delete();
    }

    @Test
    void deletionInTheMiddleOfGrowthLeavesNothing() {
        OperatedCluster cluster = CLUSTERS.cluster("halfway").with("replicas", "5");
        cluster.apply();
        Await.until("a second member", () -> cluster.pods().size() >= 2, cluster::describe);

        cluster.delete();
    }

    @Test
    void twoClustersOfOneNameDontKnowEachOther() {
        OperatedCluster one = CLUSTERS.cluster("twin").with("replicas", "1");
        OperatedCluster other = OperatedCluster.named("e2e-scale-other", "twin").with("replicas", "1");
        one.apply();
        other.settle(1);
        one.awaitSettled(1);
        try (JudgePod first = JudgePod.start(one, "");
                JudgePod second = JudgePod.start(other, "")) {
            other.with("replicas", "3").settle(3);
            first.awaitMore();
            first.stop("a cluster whose namesake grows");
            second.stop("a cluster that grows beside its namesake");
        }
        assertThat(one.get("{.status.clusterID}")).isNotEqualTo(other.get("{.status.clusterID}"));
        assertThat(one.pods()).hasSize(1);

        other.kubectl().out("delete", "namespace", "e2e-scale-other", "--wait=false");
        Await.until(
                "end of the namespace",
                () -> other.kubectl()
                        .get("namespace/e2e-scale-other", "{.metadata.name}")
                        .isEmpty(),
                other::describe);
        one.awaitSettled(1);
        one.delete();
    }
}
