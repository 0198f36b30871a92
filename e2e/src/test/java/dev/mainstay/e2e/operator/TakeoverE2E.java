package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A new cluster takes over the data of one that is written to all the time, by the API that etcd has, too. */
@OnKubernetes
@Tag("slow")
final class TakeoverE2E {
    private static final String NAMESPACE = "e2e-takeover";

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters(NAMESPACE);

    @Test
    void aClusterThatIsWrittenToMovesIntoAnother() {
        OperatedCluster source = CLUSTERS.cluster("old");
        source.with("replicas", "1").settle(1);
        OperatedCluster target = CLUSTERS.cluster("new")
                .with(
                        "bootstrap",
                        "{existing: {endpoints: [\"https://old." + NAMESPACE
                                + ".svc:2379\"], tlsSecretRef: {name: old-client}}}");

        try (JudgePod judge = JudgePod.start(source, "")) {
            judge.awaitMore();
            target.apply();
            target.awaitReason("Migrated", "Following");
            assertThat(target.condition("Ready", "reason")).isEqualTo("Migrating");
            judge.awaitMore();
            judge.stop("another cluster takes the data over");

            String contents = judge.contents();
            long start = System.nanoTime();
            target.kubectl().out("annotate", "etcdcluster", "new", "mainstay.dev/cut-over=true");
            target.awaitReason("Migrated", "Finished");
            Measured.line("from the wish to leave the source to the end of a migration: "
                    + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
            target.awaitSettled(3);
            assertThat(contents).doesNotContain("keys=0 ");
            try (JudgePod beside = JudgePod.silent(target, "")) {
                assertThat(beside.contents()).isEqualTo(contents);
            }
        }
        try (JudgePod judge = JudgePod.start(target, "")) {
            judge.awaitMore();
            judge.stop("a cluster that took over another's data");
        }
        assertThat(target.kubectl().out("get", "jobs", "-o", "name")).isEmpty();
        target.delete();
        source.delete();
    }
}
