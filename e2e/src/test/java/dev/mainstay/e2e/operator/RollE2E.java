package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
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

    @BeforeEach
    void whole() {
        cluster.settle(3);
    }

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
        List<String> youngestLast = List.of(cluster.kubectl()
                .out(
                        "get",
                        "pods",
                        "-l",
                        "mainstay.dev/cluster=rolled",
                        "--sort-by=.metadata.creationTimestamp",
                        "-o",
                        "jsonpath={.items[*].metadata.name}")
                .split(" ", -1));
        assertThat(youngestLast.getLast()).as("made anew last").isEqualTo(leader);
    }

    @Test
    void volumesGrowWithoutARestart() {
        List<String> before = cluster.podIdentities();

        cluster.with("storage", "{size: 2Gi, retention: {whenDeleted: Delete, whenScaled: Delete}}")
                .apply();
        Await.until(
                "claims of 2 GiB",
                () ->
                        cluster
                                .kubectl()
                                .list("pvc", "mainstay.dev/cluster=rolled", "{.spec.resources.requests.storage}")
                                .stream()
                                .allMatch(size -> size.equals("2Gi") || size.equals("2147483648")),
                cluster::describe);
        cluster.awaitSettled(3);

        // The quota follows the size, which is a flag: that members are rolled for it is another matter than their
        // volumes.
        assertThat(cluster.podIdentities()).hasSize(before.size());
    }
}
