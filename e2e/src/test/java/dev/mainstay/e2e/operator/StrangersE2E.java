package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may reach members, where a Kubernetes enforces NetworkPolicies; left out where none does. */
@OnKubernetes
@Tag("slow")
final class StrangersE2E {
    private static final String NAMESPACE = "e2e-guarded";
    private static final String ELSEWHERE = "e2e-strangers";
    private static final Duration TAKES_EFFECT = Duration.ofSeconds(20);
    private static final int DOOR = 9999;
    private static final int CLIENTS = 2379;
    private static final int PEERS = 2380;
    private static final int METRICS = 2381;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters(NAMESPACE);

    @RegisterExtension
    private static final Clusters STRANGERS = new Clusters(ELSEWHERE);

    @Test
    void onlyWhomTheSpecNamesReachesMembers() {
        OperatedCluster cluster = CLUSTERS.cluster("guarded");
        OperatedCluster elsewhere = STRANGERS.cluster("none");
        elsewhere.kubectl().out("label", "namespace", ELSEWHERE, "e2e=strangers", "--overwrite");
        ToolPod.Mounts nothing = new ToolPod.Mounts("", "");
        try (ToolPod neighbour = ToolPod.start(cluster, "neighbour", nothing, "");
                ToolPod stranger = ToolPod.start(elsewhere, "stranger", nothing, "")) {
            Assumptions.assumeTrue(
                    enforced(cluster, neighbour, stranger),
                    "left out: this Kubernetes doesn't enforce NetworkPolicies");
            cluster.settle(3);
            String member = cluster.kubectl().get("pod/" + cluster.follower(), "{.status.podIP}");
            assertThat(reached(neighbour, member, CLIENTS))
                    .as("by who is of its namespace")
                    .isTrue();
            assertThat(reached(stranger, member, CLIENTS)).as("by a stranger").isFalse();
            assertThat(reached(neighbour, member, PEERS)).as("as by a member").isFalse();
            assertThat(reached(stranger, member, PEERS)).as("as by a member").isFalse();
            assertThat(reached(stranger, member, METRICS)).as("by who measures").isTrue();

            try (JudgePod judge = JudgePod.start(cluster, "")) {
                cluster.kubectl().out("delete", "pod", cluster.leader(), "--wait=false");
                judge.awaitMore();
                cluster.awaitSettled(3);
                judge.stop("members and operator behind an enforced NetworkPolicy");
            }

            cluster.with("networkPolicy", "{clientPeers: [{namespaceLabels: {e2e: strangers}}]}")
                    .apply();
            Await.until(
                    "way in for whom the spec names",
                    TAKES_EFFECT,
                    () -> reached(stranger, member, CLIENTS),
                    cluster::describe);
            assertThat(reached(neighbour, member, CLIENTS)).as("by others").isFalse();
            cluster.awaitSettled(3);
        }
        cluster.delete();
    }

    /** Whether a policy of ours, on a pod that isn't the operator's, shuts a door that was open. */
    private static boolean enforced(OperatedCluster cluster, ToolPod host, ToolPod guest) {
        String address = cluster.kubectl().get("pod/neighbour", "{.status.podIP}");
        var _ = host.program("Knock listen " + DOOR + " >/dev/null 2>&1 &");
        Await.until("open door", TAKES_EFFECT, () -> reached(guest, address, DOOR), cluster::describe);
        cluster.kubectl().apply("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: shut}
                spec: {podSelector: {matchLabels: {app: judge}}, policyTypes: [Ingress]}
                """);
        long end = System.nanoTime() + TAKES_EFFECT.toNanos();
        boolean open = true;
        while (open && System.nanoTime() < end) {
            open = reached(guest, address, DOOR);
        }
        return !open;
    }

    private static boolean reached(ToolPod from, String address, int port) {
        return from.program("Knock " + address + " " + port).equals("open");
    }
}
