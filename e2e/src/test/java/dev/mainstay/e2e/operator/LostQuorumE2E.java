package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two nodes of three are killed for good, as far as anybody knows, one after the other while clients write: so the member that is left has all that
 * was acknowledged. The cluster goes on with it alone, and those of before are refused.
 */
@OnKubernetes
@Tag("slow")
final class LostQuorumE2E {
    private static final String TAINT = "node.kubernetes.io/out-of-service";
    private static final String PUT_ASIDE = "mainstay.dev/quarantined-until";
    private static final Duration WHILE = Duration.ofSeconds(15);

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-lost");

    /** Without certificates and policies of the network, so that a member of before can be started by hand. */
    private final OperatedCluster cluster =
            CLUSTERS.cluster("lost").with("tls", "{mode: Disabled}").with("networkPolicy", "{enabled: false}");

    private final List<String> down = new ArrayList<>();
    private String survivor = "";
    private List<String> lost = List.of();
    private List<String> nodes = List.of();

    @BeforeEach
    void hooks() {
        Hooks.NODE_DOWN.needed();
        Hooks.NODE_UP.needed();
    }

    @AfterEach
    void nodesUp() {
        bringBack();
    }

    @Test
    void oneThatIsLeftGoesOnOnceThatIsApprovedAndThoseOfBeforeAreRefused() {
        begin("{quorumLoss: {afterSeconds: 60}}");
        Map<String, String> ids = cluster.ids();
        String id = cluster.get("{.status.clusterID}");
        String flags = cluster.kubectl().get("pod/" + lost.getFirst(), "{.spec.containers[0].args}");
        String claim = cluster.kubectl().get("etcdmember/" + lost.getFirst(), "{.spec.volumeClaimName}");

        try (JudgePod judge = JudgePod.start(cluster, String.join(", ", nodes))) {
            kill(judge);
            lost.forEach(pod -> cluster.kubectl().out("delete", "pod", pod, "--force", "--grace-period=0"));
            cluster.awaitReason("Recovering", "AwaitingApproval");
            String message = cluster.condition("Recovering", "message");
            assertThat(message).contains(survivor + " knows most").contains("kubectl annotate etcdcluster lost");

            cluster.kubectl().out("annotate", "etcdcluster", "lost", "mainstay.dev/approve-recovery=9", "--overwrite");
            Await.until(
                    "a word on the wrong approval",
                    () -> cluster.condition("Recovering", "message").contains("incarnation 9 is approved"),
                    cluster::describe);
            assertThat(cluster.ids()).isEqualTo(ids);
            assertThat(cluster.get("{.status.recovery}{.status.plannedRecovery}"))
                    .isEmpty();

            long start = System.nanoTime();
            cluster.kubectl()
                    .out(message.substring(message.indexOf("annotate ")).split(" ", -1));
            judge.awaitMore();
            Measured.line("approved, until one of three serves alone: " + seconds(start) + " s");
            bringBack();
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("two nodes of three are lost, and the third goes on");
        }
        recovered(ids, "Approved");
        assertThat(cluster.get("{.status.clusterID}")).isEqualTo(id);
        refused(flags, claim);
        cluster.delete();
    }

    @Test
    void thePolicyGoesOnByItselfOnceTheNodesAreOutOfService() {
        begin("{quorumLoss: {policy: Automatic, afterSeconds: 60, fencing: NodeOutOfService}}");
        Map<String, String> ids = cluster.ids();

        try (JudgePod judge = JudgePod.start(cluster, String.join(", ", nodes))) {
            kill(judge);
            cluster.awaitReason("Recovering", "FencingMembers");
            stays(ids);
            nodes.forEach(node -> cluster.kubectl().out("taint", "node", node, TAINT + "=gone:NoExecute"));
            judge.awaitMore();
            bringBack();
            cluster.awaitSettled(3);
            judge.awaitMore();
            judge.stop("two nodes of three are out of service, and the third goes on by itself");
        }
        recovered(ids, "Automatic");
        cluster.delete();
    }

    private void begin(String recovery) {
        cluster.with("recovery", recovery).settle(3);
        survivor = cluster.follower();
        lost = cluster.pods().stream().filter(pod -> !pod.equals(survivor)).toList();
        nodes = lost.stream().map(cluster::node).toList();
        assertThat(new TreeSet<>(nodes))
                .as("each member on a node of its own")
                .hasSize(2)
                .doesNotContain(cluster.node(survivor));
        OperatorPods.awayFrom(nodes);
    }

    /** One after the other: what is acknowledged in between, the one that is left has. */
    private void kill(JudgePod judge) {
        for (String node : nodes) {
            judge.awaitMore();
            down.add(node);
            var _ = Hooks.NODE_DOWN.run(node);
            if (down.size() == 1) {
                judge.awaitMore();
            }
        }
        cluster.awaitReason("Available", "QuorumLost");
    }

    private void bringBack() {
        for (String node : List.copyOf(down)) {
            var _ = Hooks.NODE_UP.run(node);
            var _ = cluster.kubectl().run(new byte[0], "taint", "node", node, TAINT + "-");
            down.remove(node);
        }
    }

    /** Nothing is given up while nodes aren't heard of. */
    private void stays(Map<String, String> ids) {
        long end = System.nanoTime() + WHILE.toNanos();
        while (System.nanoTime() < end) {
            assertThat(cluster.condition("Recovering", "reason")).isEqualTo("FencingMembers");
            assertThat(cluster.get("{.status.recovery}{.status.plannedRecovery}"))
                    .isEmpty();
            assertThat(cluster.ids()).isEqualTo(ids);
        }
    }

    private void recovered(Map<String, String> before, String decided) {
        assertThat(cluster.get("{.status.incarnation}")).isEqualTo("2");
        assertThat(cluster.get("{.status.recovery.survivor}")).isEqualTo(survivor);
        assertThat(cluster.get("{.status.recovery.decided}")).isEqualTo(decided);
        assertThat(cluster.condition("Recovering", "reason")).isEqualTo("None");
        Await.until(
                "end of those that were left out",
                () -> lost.stream().noneMatch(cluster.ids()::containsKey),
                cluster::describe);
        assertThat(cluster.ids()).hasSize(3).containsEntry(survivor, before.get(survivor));
        assertThat(cluster.kubectl()
                        .list("pvc", PUT_ASIDE, "{.metadata.labels.mainstay\\.dev/member} {.metadata.ownerReferences}"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(lost).contains(line.strip()));
    }

    /** A member of before, started by hand on the volume that it had. */
    private void refused(String flags, String claim) {
        cluster.kubectl().apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: of-before}
                spec:
                  restartPolicy: Never
                  securityContext: {runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001}
                  containers:
                    - name: node
                      image: %s
                      imagePullPolicy: IfNotPresent
                      command: [mainstay]
                      args: %s
                      volumeMounts: [{name: data, mountPath: /data}, {name: tmp, mountPath: /tmp}]
                  volumes: [{name: data, persistentVolumeClaim: {claimName: %s}}, {name: tmp, emptyDir: {}}]
                """.formatted(Settings.nodeImage(), flags, claim));
        try {
            Await.until(
                    "end of the member of before",
                    () -> cluster.kubectl()
                            .get("pod/of-before", "{.status.phase}")
                            .equals("Failed"),
                    cluster::describe);
            assertThat(cluster.kubectl().out("logs", "of-before")).contains("forced to begin anew without it");
        } finally {
            cluster.kubectl().out("delete", "pod", "of-before", "--ignore-not-found");
        }
    }

    private static double seconds(long start) {
        return Math.round((System.nanoTime() - start) / 1e8) / 10.0;
    }
}
