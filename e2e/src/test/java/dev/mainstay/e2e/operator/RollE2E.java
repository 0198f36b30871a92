package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Settings, versions and sizes change while clients write. */
@OnKubernetes
@Tag("slow")
final class RollE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-roll");

    private final OperatedCluster cluster = CLUSTERS.cluster("rolled");

    @Test
    void settingsReachOneMemberAfterTheOtherTheLeaderLast() {
        roll(
                () -> cluster.with("config", "{snapshotCount: 20000, autoCompaction: {mode: Periodic, retention: 2h}}"),
                "a change of settings");

        assertThat(cluster.kubectl().list("pods", "mainstay.dev/cluster=rolled", "{.spec.containers[0].args}"))
                .hasSize(3)
                .allSatisfy(arguments -> assertThat(arguments).contains("--snapshot-count=20000"));
    }

    @Test
    void aVersionReachesOneMemberAfterTheOther() {
        Assumptions.assumeFalse(Settings.otherVersion().isEmpty(), "left out: E2E_OTHER_VERSION names no version");
        roll(() -> cluster.with("version", Settings.otherVersion()), "a change of the version");

        assertThat(cluster.get("{.status.version}")).isEqualTo(Settings.otherVersion());
    }

    private void roll(Runnable change, String scenario) {
        cluster.settle(3);
        Map<String, String> ids = cluster.ids();
        List<String> before = cluster.podIdentities();
        String leader = cluster.leader();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            change.run();
            Measured.line(scenario + ", three members: " + cluster.settle(3) + " s");
            judge.awaitMore();
            judge.stop(scenario);
        }
        assertThat(cluster.podIdentities()).hasSize(3).doesNotContainAnyElementsOf(before);
        assertThat(cluster.ids()).isEqualTo(ids);
        assertThat(cluster.youngestLast().getLast()).as("made anew last").isEqualTo(leader);
    }

    /** The next scenario would begin with a roll back. */
    @AfterEach
    void gone() {
        cluster.delete();
    }

    @Test
    void volumesGrowAndTheQuotaFollows() {
        OperatedCluster grown = CLUSTERS.cluster("grown").with("replicas", "1");
        grown.settle(1);

        grown.with("storage", "{size: 2Gi, retention: {whenDeleted: Delete, whenScaled: Delete}}")
                .apply();
        Await.until(
                "claims of 2 GiB",
                () -> grown.kubectl().list("pvc", "mainstay.dev/cluster=grown", "{.status.capacity.storage}").stream()
                        .allMatch(size -> size.equals("2Gi") || size.equals("2147483648")),
                grown::describe);
        grown.awaitSettled(1);

        assertThat(grown.kubectl().list("pods", "mainstay.dev/cluster=grown", "{.spec.containers[0].args}"))
                .allSatisfy(arguments -> assertThat(arguments).contains("--quota-backend-bytes=1610612736"));
        grown.delete();
    }
}
