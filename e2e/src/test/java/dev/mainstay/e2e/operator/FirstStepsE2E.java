package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The short list: what every change must leave working. */
@OnKubernetes
final class FirstStepsE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-first-steps");

    @Test
    void oneMemberServesAndGoesAwayWithAllThatBelongsToIt() {
        OperatedCluster cluster =
                CLUSTERS.cluster("small").with("replicas", "1").with("tls", "{mode: Disabled}");

        double seconds = cluster.settle(1);

        Measured.line("one member, from apply to ready: " + seconds + " s");
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            judge.awaitMore();
            judge.stop("one member at rest");
        }
        cluster.delete();
    }

    @Test
    void threeMembersServeBehindCertificatesAndOutliveAPod() {
        OperatedCluster cluster = CLUSTERS.cluster("three");
        double seconds = cluster.settle(3);
        Measured.line("three members, from apply to ready: " + seconds + " s");
        var ids = cluster.ids();
        assertThat(ids).hasSize(3).doesNotContainValue("");

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.kubectl().out("delete", "pod", cluster.leader());
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("the leader's pod is deleted");
        }

        assertThat(cluster.ids()).isEqualTo(ids);
        cluster.delete();
    }
}
