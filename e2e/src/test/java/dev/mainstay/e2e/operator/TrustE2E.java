package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Pause;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Certificates and authorities are replaced while clients write: no pod is restarted, and no call fails. */
@OnKubernetes
@Tag("slow")
final class TrustE2E {
    private static final Duration PATIENCE = Duration.ofMinutes(12);

    private static final long DELIVERY_MILLIS = 100_000;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-trust");

    @Test
    void certificatesAndAuthorityAreReplacedWithoutAFailedCall() {
        OperatedCluster cluster = CLUSTERS.cluster("trusted");
        cluster.settle(3);
        List<String> pods = cluster.podIdentities();
        String serials = certificates(cluster);
        String authority = authority(cluster);

        try (JudgePod judge = JudgePod.start(cluster, "")) {
            // Nine tenths of a certificate's life are over for this policy, so all are due; later ones aren't.
            cluster.with("tls", "{mode: Required, leafDuration: 2400h, renewBefore: 2200h}")
                    .apply();
            Await.until(
                    "new certificates", PATIENCE, () -> !certificates(cluster).equals(serials), cluster::describe);
            // Kubelets bring the new files to the members and to the judge within a minute or so.
            Pause.millis(DELIVERY_MILLIS);
            cluster.awaitReason("CertificatesValid", "Valid");
            judge.awaitMore();
            JudgePod.Report report = judge.stop("all certificates are renewed");
            assertThat(report.number("failures")).as(report.text()).isZero();
        }
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            cluster.with(
                            "tls",
                            "{mode: Required, leafDuration: 2160h, caDuration: 50000h, caRenewBefore: 45000h, caOverlap: 20s}")
                    .apply();
            Await.until(
                    "a second authority",
                    PATIENCE,
                    () -> authority(cluster).length() > authority.length() * 3 / 2,
                    cluster::describe);
            Await.until(
                    "one authority, another one",
                    PATIENCE,
                    () -> authority(cluster).length() < authority.length() * 3 / 2
                            && !authority(cluster).equals(authority),
                    cluster::describe);
            cluster.awaitReason("CertificatesValid", "Valid");
            judge.awaitMore();
            JudgePod.Report report = judge.stop("the authority is replaced");
            assertThat(report.number("failures")).as(report.text()).isZero();
        }

        assertThat(cluster.podIdentities()).as("uids and restarts").isEqualTo(pods);
        cluster.delete();
    }

    private static String authority(OperatedCluster cluster) {
        return cluster.kubectl().get("configmap/" + cluster.name() + "-ca", "{.data.ca\\.crt}");
    }

    private static String certificates(OperatedCluster cluster) {
        return cluster.kubectl().get("secret/" + cluster.name() + "-client", "{.data.tls\\.crt}");
    }
}
