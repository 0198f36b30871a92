package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can't be is refused, or told by a condition, and comes right by itself once it is corrected. */
@OnKubernetes
@Tag("slow")
final class BadInputE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-bad-input");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replicas | 2 | an even number of members tolerates no more failures",
                "storage | {size: 32Mi} | less than 64Mi holds no member",
                "config | {backendQuota: 9Gi} | config.backendQuota is larger than storage.size",
                "extraArgs | [{name: data-dir, value: /x}] | this flag belongs to the operator",
                "tls | {leafDuration: 365d, renewBefore: 1h} | durations are hours, minutes and seconds",
                "auth | {mode: Password} | passwords would travel in clear text",
                "version | abc | version",
            })
    void theApiServerRefusesAndSaysWhatToDo(String field, String yaml, String message) {
        OperatedCluster cluster =
                CLUSTERS.cluster("refused").with("tls", "{mode: Disabled}").with(field, yaml);

        Kubectl.Result result = cluster.kubectl().tryApply(cluster.manifest());

        assertThat(result.code()).isNotZero();
        assertThat(result.err()).contains(message);
    }

    @Test
    void anImpossibleStorageClassIsToldAndCanBeCorrectedByDeletion() {
        OperatedCluster cluster = CLUSTERS.cluster("classless")
                .with("replicas", "1")
                .with("storage", "{size: 1Gi, storageClassName: no-such-class, retention: {whenDeleted: Delete}}");
        cluster.apply();
        Await.until("a pod", () -> !cluster.pods().isEmpty(), cluster::describe);

        Await.until(
                "a message that names the class",
                () -> cluster.get("{.status.conditions[*].message}").contains("no-such-class"),
                cluster::describe);

        cluster.delete();
    }

    @Test
    void anImageThatIsNotThereIsToldAndCanBeCorrected() {
        OperatedCluster cluster = CLUSTERS.cluster("imageless")
                .with("replicas", "1")
                .with("image", "{repository: mainstay/nothing-like-that}");
        cluster.apply();
        Await.until(
                "a message that names the image",
                () -> cluster.get("{.status.conditions[*].message}").contains("nothing-like-that"),
                cluster::describe);

        cluster.with("image", "").settle(1);
        cluster.delete();
    }

    @Test
    void settingsThatMembersDoNotStartWithStopAtOneMember() {
        OperatedCluster cluster = CLUSTERS.cluster("misled");
        cluster.settle(3);
        List<String> before = cluster.podIdentities();

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.with("extraArgs", "[{name: no-such-flag, value: x}]").apply();
            Await.until(
                    "a member that fails",
                    () -> cluster.podIdentities().stream()
                                    .filter(before::contains)
                                    .count()
                            == 2,
                    cluster::describe);
            cluster.awaitReason("Degraded", "MemberUnhealthy");
            judge.awaitMore();
            assertThat(cluster.podIdentities().stream().filter(before::contains))
                    .hasSize(2);

            cluster.with("extraArgs", "").settle(3);
            judge.awaitMore();
            judge.stop("a flag that members don't know, and its correction");
        }
        cluster.delete();
    }

    @Test
    void aForeignSecretInTheWayIsTold() {
        OperatedCluster cluster = CLUSTERS.cluster("blocked").with("replicas", "1");
        cluster.kubectl().out("create", "secret", "generic", "blocked-ca", "--from-literal=mine=1");

        cluster.apply();
        cluster.awaitReason("CertificatesValid", "SecretInvalid");
        assertThat(cluster.condition("CertificatesValid", "message")).contains("blocked-ca");
        assertThat(cluster.pods()).isEmpty();

        cluster.kubectl().out("delete", "secret", "blocked-ca");
        cluster.awaitSettled(1);
        cluster.delete();
    }
}
