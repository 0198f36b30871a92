package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Members become members of a cluster that is written to all the time, and its own leave. */
@OnKubernetes
@Tag("slow")
final class JoinE2E {
    private static final String NAMESPACE = "e2e-join";
    private static final String WITHOUT_TLS = "{mode: Disabled}";

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters(NAMESPACE);

    @Test
    void aClusterMovesMemberByMember() {
        OperatedCluster old =
                CLUSTERS.cluster("old").with("tls", WITHOUT_TLS).with("networkPolicy", "{enabled: false}");
        old.settle(3);
        // From here on nobody operates it.
        old.with("paused", "true").apply();
        old.awaitReason("Ready", "Paused");
        String endpoints = old.pods().stream()
                .map(pod -> "\"http://" + pod + ".old-members." + NAMESPACE + ".svc:2379\"")
                .collect(Collectors.joining(", "));
        OperatedCluster target = CLUSTERS.cluster("new")
                .with("tls", WITHOUT_TLS)
                .with("bootstrap", "{existing: {mode: Join, endpoints: [" + endpoints + "]}}");

        try (JudgePod judge = JudgePod.start(old, "")) {
            judge.awaitMore();
            long start = System.nanoTime();
            target.apply();
            target.awaitReason("Migrated", "Joined");
            Measured.line("three members join three of another cluster: " + seconds(start));
            target.awaitReason("Ready", "AllMembersReady");
            assertThat(target.get("{.status.clusterID}")).isEqualTo(old.get("{.status.clusterID}"));
            judge.awaitMore();
            judge.stop("members join those of another cluster");
        }

        try (JudgePod judge = JudgePod.start(target, "")) {
            long revision = judge.revision();
            String contents = judge.contents(revision);
            assertThat(contents).doesNotContain("keys=0 ");
            long start = System.nanoTime();
            target.kubectl().out("annotate", "etcdcluster", "new", "mainstay.dev/cut-over=true");
            target.awaitReason("Migrated", "Finished");
            Measured.line("the three of before leave: " + seconds(start));
            target.awaitSettled(3);
            judge.awaitMore();
            assertThat(judge.contents(revision)).isEqualTo(contents);
            judge.stop("the members that were joined leave");
        }
        target.delete();
        old.delete();
    }

    private static String seconds(long start) {
        return Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s";
    }
}
