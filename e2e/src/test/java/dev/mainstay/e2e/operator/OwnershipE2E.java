package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Pause;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Others write to the operator's objects, too: what is theirs stays, what is the operator's is put back, and then nobody writes any more. */
@OnKubernetes
@Tag("slow")
final class OwnershipE2E {
    private static final String BY_ANOTHER = "--field-manager=another";
    private static final String OBJECTS =
            "services,serviceaccounts,secrets,configmaps,networkpolicies,pods,etcdmembers";
    private static final List<String> WRITTEN_TO =
            List.of("service/shared", "configmap/shared-ca", "secret/shared-client", "secret/shared-ca");
    private static final List<String> UNLABELLED =
            List.of("service/shared", "configmap/shared-ca", "secret/shared-client");
    private static final long WHILE_MILLIS = 45_000;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-ownership");

    private final OperatedCluster cluster =
            CLUSTERS.cluster("shared").with("clientService", "{annotations: {of-the-spec: stays}}");
    private final Kubectl kubectl = cluster.kubectl();

    @Test
    void whatIsTheirsStaysAndWhatIsOursIsPutBack() {
        cluster.settle(3);
        List<String> pods = cluster.podIdentities();
        try (JudgePod judge = JudgePod.start(cluster, "")) {
            additions();
            long start = System.nanoTime();
            changes();
            Await.until("what was changed to be put back", this::putBack, this::describe);
            Measured.line("what others changed is put back after "
                    + Math.round((System.nanoTime() - start) / 1e8) / 10.0 + " s");
            judge.awaitMore();
            renewal();
            assertAdditions();

            cluster.with("clientService", "{annotations: {another-of-the-spec: stays}}")
                    .apply();
            Await.until(
                    "annotations of the spec to follow it",
                    () -> annotation("service/shared", "of-the-spec").isEmpty()
                            && annotation("service/shared", "another-of-the-spec")
                                    .equals("stays"),
                    this::describe);
            assertAdditions();
            judge.awaitMore();
            judge.stop("others write to the cluster's objects");
        }
        cluster.awaitSettled(3);
        String versions = versions();
        Pause.millis(WHILE_MILLIS);
        assertThat(versions()).as("nobody writes").isEqualTo(versions);
        assertThat(cluster.podIdentities()).as("uids and restarts").isEqualTo(pods);
        cluster.delete();
    }

    private void additions() {
        for (String object : WRITTEN_TO) {
            kubectl.out("annotate", object, "example.com/note=theirs", BY_ANOTHER);
            kubectl.out("label", object, "example.com/team=theirs", BY_ANOTHER);
        }
        patch("service/shared", "{\"spec\":{\"sessionAffinity\":\"ClientIP\"}}");
        patch("configmap/shared-ca", "{\"data\":{\"theirs\":\"too\"}}");
        patch("secret/shared-client", "{\"stringData\":{\"theirs\":\"too\"}}");
    }

    private void assertAdditions() {
        for (String object : WRITTEN_TO) {
            assertThat(annotation(object, "example\\.com/note")).as(object).isEqualTo("theirs");
            assertThat(kubectl.get(object, "{.metadata.labels.example\\.com/team}"))
                    .as(object)
                    .isEqualTo("theirs");
        }
        assertThat(kubectl.get("service/shared", "{.spec.sessionAffinity}")).isEqualTo("ClientIP");
        assertThat(kubectl.get("configmap/shared-ca", "{.data.theirs}")).isEqualTo("too");
        assertThat(kubectl.get("secret/shared-client", "{.data.theirs}")).isEqualTo("dG9v");
    }

    private void changes() {
        patch("service/shared-members", "{\"spec\":{\"publishNotReadyAddresses\":false}}");
        patch("service/shared", "{\"metadata\":{\"annotations\":{\"of-the-spec\":\"changed\"}}}");
        patch("networkpolicy/shared", "{\"spec\":{\"ingress\":[]}}");
        patch("serviceaccount/shared", "{\"automountServiceAccountToken\":true}");
        patch("configmap/shared-ca", "{\"data\":{\"ca.crt\":\"changed\"}}");
        for (String object : UNLABELLED) {
            kubectl.out("label", object, "mainstay.dev/cluster-", BY_ANOTHER);
        }
    }

    private boolean putBack() {
        return kubectl.get("service/shared-members", "{.spec.publishNotReadyAddresses}")
                        .equals("true")
                && annotation("service/shared", "of-the-spec").equals("stays")
                && kubectl.get("networkpolicy/shared", "{.spec.ingress[*].ports[0].port}")
                        .equals("2380 2379 2381")
                && kubectl.get("serviceaccount/shared", "{.automountServiceAccountToken}")
                        .equals("false")
                && kubectl.get("configmap/shared-ca", "{.data.ca\\.crt}").startsWith("-----BEGIN")
                && UNLABELLED.stream()
                        .allMatch(object -> kubectl.get(object, "{.metadata.labels.mainstay\\.dev/cluster}")
                                .equals("shared"));
    }

    /** Secrets are written anew. */
    private void renewal() {
        String before = kubectl.get("secret/shared-client", "{.data.tls\\.crt}");
        // Nine tenths of a certificate's life are over for this policy, so all are due; later ones aren't.
        cluster.with("tls", "{mode: Required, leafDuration: 2400h, renewBefore: 2200h}")
                .apply();
        Await.until(
                "another certificate",
                () -> !kubectl.get("secret/shared-client", "{.data.tls\\.crt}").equals(before),
                this::describe);
        cluster.awaitReason("CertificatesValid", "Valid");
    }

    private void patch(String object, String patch) {
        kubectl.out("patch", object, "--type=merge", "--patch=" + patch, BY_ANOTHER);
    }

    private String annotation(String object, String key) {
        return kubectl.get(object, "{.metadata.annotations." + key + "}");
    }

    private String versions() {
        return kubectl.out(
                "get",
                OBJECTS,
                "-o",
                "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end}");
    }

    private String describe() {
        return kubectl.out("get", "services,serviceaccounts,configmaps,networkpolicies", "-o", "yaml")
                + cluster.describe();
    }
}
