package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Things break under a cluster of three while clients write. Each scenario leaves the cluster whole. */
@OnKubernetes
@Tag("slow")
final class HealE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-heal");

    private final OperatedCluster cluster = CLUSTERS.cluster("healed")
            .with(
                    "recovery",
                    "{memberReplacement: {unhealthySeconds: 30, maxRecreates: 1}, quorumLoss: {afterSeconds: 60}}");

    @BeforeEach
    void whole() {
        cluster.settle(3);
    }

    @Test
    void everyPodInTurnComesBackToItsVolumeAndId() {
        Map<String, String> ids = cluster.ids();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            for (String pod : cluster.pods()) {
                cluster.kubectl().out("delete", "pod", pod);
                cluster.awaitSettled(3);
                judge.awaitMore();
            }
            judge.stop("each pod is deleted in turn");
        }
        assertThat(cluster.ids()).isEqualTo(ids);
    }

    @Test
    void aLostVolumeIsReplacedByAnotherMember() {
        String victim = cluster.follower();
        String claim = cluster.kubectl().get("etcdmember/" + victim, "{.spec.volumeClaimName}");
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.kubectl().out("delete", "pvc", claim, "--wait=false");
            cluster.kubectl().out("delete", "pod", victim, "--wait=false");
            Await.until("end of " + victim, () -> !cluster.ids().containsKey(victim), cluster::describe);
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("a member's volume is deleted");
        }
        assertThat(cluster.pods()).hasSize(3).doesNotContain(victim);
    }

    @Test
    void anEmptiedVolumeIsReplacedByAnotherMember() {
        String victim = cluster.follower();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.kubectl().out("exec", victim, "--", "sh", "-c", "rm -rf /data/* && kill 1");
            Await.until("end of " + victim, () -> !cluster.ids().containsKey(victim), cluster::describe);
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("a member's files are deleted");
        }
        assertThat(cluster.pods()).hasSize(3).doesNotContain(victim);
    }

    @Test
    void aNodeIsKilledAndComesBack() {
        leadersNode(Hooks.NODE_DOWN, "the leader's node is killed and comes back");
    }

    @Test
    void aNodeIsShutDownInOrderAndComesBack() {
        leadersNode(Hooks.NODE_SHUTDOWN, "the leader's node is shut down in order and comes back");
    }

    private void leadersNode(Hooks goes, String scenario) {
        goes.needed();
        Hooks.NODE_UP.needed();
        String victim = cluster.leader();
        String node = cluster.node(victim);
        Map<String, String> ids = cluster.ids();
        OperatorPods.awayFrom(List.of(node));
        try (JudgePod judge = JudgePod.start(cluster, node)) {
            var _ = goes.run(node);
            try {
                judge.awaitMore();
                cluster.awaitReason("Degraded", "MemberUnhealthy");
            } finally {
                var _ = Hooks.NODE_UP.run(node);
            }
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop(scenario);
        }
        assertThat(new TreeSet<>(ids.values()))
                .as("members that nothing was wrong with")
                .containsAll(survivors(ids, victim));
    }

    private Set<String> survivors(Map<String, String> ids, String victim) {
        Set<String> survivors = new TreeSet<>();
        cluster.ids().forEach((name, id) -> {
            if (!name.equals(victim) && ids.containsKey(name)) {
                survivors.add(id);
            }
        });
        return survivors;
    }

    @Test
    void aLostQuorumWaitsAndComesBackWithEverything() {
        Map<String, String> ids = cluster.ids();
        List<String> pods = cluster.pods();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.kubectl().out("delete", "pod", pods.get(0), pods.get(1), "--force", "--grace-period=0");
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("two pods of three are deleted at once");
        }
        assertThat(cluster.ids()).isEqualTo(ids);
    }

    @Test
    void fullMembersAreMadeToWriteAgain() {
        OperatedCluster small = CLUSTERS.cluster("full")
                .with("replicas", "1")
                .with("tls", "{mode: Disabled}")
                .with("config", "{backendQuota: 64Mi}");
        small.settle(1);
        try (JudgePod judge = JudgePod.start(small, "")) {
            judge.awaitMore();
            judge.fill();
            small.awaitReason("SpaceAvailable", "AlarmNoSpace");
            judge.empty();
            small.awaitReason("SpaceAvailable", "BelowThreshold");
            judge.awaitMore();
            judge.stop("a member that was full");
        }
        small.delete();
    }
}
