package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Volumes that can't be changed are exchanged, with the members on them, while clients write. */
@OnKubernetes
@Tag("slow")
final class VolumesE2E {
    private static final String REST =
            "changePolicy: ReplaceMembers, retention: {whenDeleted: Delete, whenScaled: Delete}}";

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-volumes");

    private final OperatedCluster cluster = CLUSTERS.cluster("moved").with("config", "{backendQuota: 256Mi}");

    /** The next scenario begins with other volumes. */
    @AfterEach
    void gone() {
        cluster.delete();
    }

    @Test
    void membersMoveToSmallerVolumes() {
        move("{size: 512Mi, " + REST, "{.spec.resources.requests.storage}", "512Mi", "members move to smaller volumes");
    }

    @Test
    void membersMoveToAnotherStorageClass() {
        String other = Settings.otherStorageClass();
        Assumptions.assumeFalse(other.isEmpty(), "left out: E2E_OTHER_STORAGE_CLASS names no class");
        move(
                "{size: 1Gi, storageClassName: " + other + ", " + REST,
                "{.spec.storageClassName}",
                other,
                "members move to another storage class");
    }

    private void move(String storage, String path, String wanted, String scenario) {
        cluster.settle(3);
        Set<String> before = new TreeSet<>(cluster.ids().values());
        String id = cluster.get("{.status.clusterID}");
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            long start = System.nanoTime();
            cluster.with("storage", storage).apply();
            Await.until(
                    "members of before to leave",
                    Await.PATIENCE.multipliedBy(2),
                    () -> {
                        assertThat(voting()).as(cluster::describe).isGreaterThanOrEqualTo(3);
                        return cluster.ids().values().stream().noneMatch(before::contains);
                    },
                    cluster::describe);
            cluster.awaitSettled(3);
            Measured.line(scenario + ": " + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
            judge.awaitMore();
            judge.stop(scenario);
        }
        assertThat(cluster.kubectl().list("pvc", "mainstay.dev/cluster=" + cluster.name(), path))
                .hasSize(3)
                .containsOnly(wanted);
        assertThat(cluster.get("{.status.clusterID}")).isEqualTo(id);
    }

    /** Who votes, by the operator's last look: a new member does before an old one goes. */
    private int voting() {
        String voting = cluster.get("{.status.votingReplicas}");
        return voting.isEmpty() ? 0 : Integer.parseInt(voting);
    }
}
