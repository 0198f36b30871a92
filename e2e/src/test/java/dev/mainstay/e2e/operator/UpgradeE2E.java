package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Upgrades that can't be, that don't work, and that find a member broken, while clients write. */
@OnKubernetes
@Tag("slow")
final class UpgradeE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-upgrade");

    private final OperatedCluster cluster = CLUSTERS.cluster("upgraded");

    /** The next scenario would begin with a roll back. */
    @AfterEach
    void gone() {
        cluster.delete();
    }

    @Test
    void aSkippedMinorVersionIsRefused() {
        cluster.settle(3);
        List<String> before = cluster.podIdentities();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.with("version", later(2)).apply();
            cluster.awaitReason("Ready", "InvalidSpec");
            assertThat(cluster.condition("Ready", "message"))
                    .contains(later(2) + " can't be reached from " + Settings.version())
                    .contains("go through every minor version");
            judge.awaitMore();

            cluster.with("version", Settings.version()).settle(3);
            judge.stop("an upgrade that skips a minor version is refused");
        }
        assertThat(cluster.podIdentities()).isEqualTo(before);
    }

    @Test
    void anUpgradeThatDoesNotWorkStopsAtOneMemberAndIsTakenBack() {
        cluster.settle(3);
        var ids = cluster.ids();
        List<String> before = cluster.podIdentities();
        String leader = cluster.leader();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.with("version", later(1)).apply();
            Await.until(
                    "a message that names the image",
                    () -> cluster.condition("Degraded", "message").contains(later(1)),
                    cluster::describe);
            judge.awaitMore();
            assertThat(survivors(before)).as("members that go on as before").hasSize(2);
            assertThat(cluster.leader()).as("leads still").isEqualTo(leader);
            assertThat(cluster.get("{.status.version}")).isEqualTo(Settings.version());

            Measured.line("an upgrade that doesn't work is taken back: "
                    + cluster.with("version", Settings.version()).settle(3) + " s");
            judge.awaitMore();
            judge.stop("an upgrade that doesn't work, and its taking back");
        }
        assertThat(survivors(before)).hasSize(2);
        assertThat(cluster.ids()).isEqualTo(ids);
    }

    @Test
    void aMemberThatIsBrokenBeforeTheRollIsRepairedFirst() {
        Assumptions.assumeFalse(Settings.otherVersion().isEmpty(), "left out: E2E_OTHER_VERSION names no version");
        cluster.settle(3);
        String victim = cluster.follower();
        List<String> others = cluster.podIdentities().stream()
                .filter(pod -> !pod.startsWith(victim + " "))
                .toList();
        String claim = cluster.kubectl().get("etcdmember/" + victim, "{.spec.volumeClaimName}");
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.kubectl().out("delete", "pvc", claim, "--wait=false");
            cluster.kubectl().out("delete", "pod", victim, "--wait=false");
            cluster.with("version", Settings.otherVersion()).apply();
            Await.until(
                    "end of " + victim,
                    () -> {
                        assertThat(survivors(others)).as(cluster::describe).hasSize(2);
                        return !cluster.ids().containsKey(victim);
                    },
                    cluster::describe);
            Await.until(
                    "a member in its place",
                    () -> {
                        boolean untouched = survivors(others).size() == 2;
                        boolean whole = cluster.get("{.status.readyReplicas} {.status.votingReplicas}")
                                .equals("3 3");
                        assertThat(untouched || whole).as(cluster::describe).isTrue();
                        return whole;
                    },
                    cluster::describe);
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("a member breaks, and is repaired before the others are upgraded");
        }
        assertThat(cluster.get("{.status.version}")).isEqualTo(Settings.otherVersion());
        assertThat(survivors(others)).isEmpty();
        assertThat(cluster.pods()).hasSize(3).doesNotContain(victim);
    }

    private List<String> survivors(List<String> before) {
        List<String> now = cluster.podIdentities();
        return before.stream().filter(now::contains).toList();
    }

    /** The first release of a later minor version than members run. */
    private static String later(int minors) {
        List<Integer> numbers = Stream.of(Settings.version().split("\\.", -1))
                .map(Integer::valueOf)
                .toList();
        return numbers.get(0) + "." + (numbers.get(1) + minors) + ".0";
    }
}
