package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a member has stored becomes something else, with checksums that fit, as a broken disk or memory may do it. */
@OnKubernetes
@Tag("slow")
final class CorruptE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-corrupt");

    @Test
    void aMemberWhoseDataDifferIsReplaced() {
        OperatedCluster cluster =
                CLUSTERS.cluster("differing").with("extraArgs", "[{name: corrupt-check-time, value: 15s}]");
        cluster.settle(3);
        Kubectl kubectl = cluster.kubectl();
        String victim = cluster.follower();
        String claim = kubectl.get("etcdmember/" + victim, "{.spec.volumeClaimName}");

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            assertThat(judge.call("/tls - - put cold/key is-right")).isEqualTo("done");
            cluster.with("paused", "true").apply();
            cluster.awaitReason("Ready", "Paused");
            kubectl.out("delete", "pod", victim);
            try (ToolPod tool = ToolPod.start(cluster, "tampering", new ToolPod.Mounts("", claim), "")) {
                var _ = tool.program("Tampering values /data/member is-right is-wrong");
            }
            judge.awaitMore();

            long start = System.nanoTime();
            cluster.with("paused", "").apply();
            Await.until("end of " + victim, () -> !cluster.ids().containsKey(victim), cluster::describe);
            Measured.line("a member with other data starts, until it is found and left out: "
                    + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
            cluster.awaitSettled(3);
            cluster.awaitReason("DataConsistent", "HashesAgree");
            judge.awaitMore();
            judge.stop("a member's data become something else");
        }
        assertThat(cluster.pods()).hasSize(3).doesNotContain(victim);
        assertThat(kubectl.out("get", "events", "-o", "jsonpath={.items[*].message}"))
                .contains(victim + " leaves: its data differs from the others'");
        cluster.delete();
    }
}
