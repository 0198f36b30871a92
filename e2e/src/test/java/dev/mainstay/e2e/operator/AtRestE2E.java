package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.Pause;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An operator with nothing to do writes nothing, and a new operator changes nothing. */
@OnKubernetes
@Tag("slow")
final class AtRestE2E {
    private static final String NAMESPACE = "e2e-at-rest";
    private static final String KINDS =
            "etcdclusters,etcdmembers,pods,pvc,services,secrets,configmaps,serviceaccounts,networkpolicies,events";
    private static final long REST_MILLIS = 60_000;

    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters(NAMESPACE);

    @Test
    void nothingIsWrittenForAMinuteAndARestartOfTheOperatorTouchesNoPod() {
        OperatedCluster cluster = CLUSTERS.cluster("still");
        cluster.settle(3);
        Pause.millis(REST_MILLIS / 2);
        String versions = versions(cluster);
        long writes = writes();

        Pause.millis(REST_MILLIS);

        assertThat(versions(cluster)).isEqualTo(versions);
        if (Hooks.AUDIT_LOG.present()) {
            assertThat(writes()).as("writes by the operator").isEqualTo(writes);
        }

        List<String> pods = cluster.podIdentities();
        Kubectl operator = Kubectl.in(Settings.operatorNamespace());
        operator.out("rollout", "restart", "deployment/mainstay-operator");
        operator.out("rollout", "status", "deployment/mainstay-operator", "--timeout=110s");
        Pause.millis(REST_MILLIS / 2);
        assertThat(cluster.podIdentities()).isEqualTo(pods);
        cluster.awaitSettled(3);
        cluster.delete();
    }

    private static String versions(OperatedCluster cluster) {
        return cluster.kubectl()
                .out(
                        "get",
                        KINDS,
                        "-o",
                        "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end}");
    }

    /** How often the operator wrote, or tried to, into the namespace so far, as the API server has it. */
    private static long writes() {
        return Hooks.AUDIT_LOG.present()
                ? Hooks.AUDIT_LOG
                        .run("")
                        .lines()
                        .filter(line -> line.contains(
                                "system:serviceaccount:" + Settings.operatorNamespace() + ":mainstay-operator"))
                        .filter(line -> line.contains("\"namespace\":\"" + NAMESPACE + "\""))
                        .count()
                : 0;
    }
}
