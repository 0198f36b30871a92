package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

/** The plugin of kubectl, as users have it on their path. */
final class Plugin {
    private Plugin() {}

    /** What it says of a cluster. */
    static String explain(OperatedCluster cluster) {
        Kubectl.Result result = tryExplain(cluster.name(), cluster.namespace(), Settings.operatorNamespace());
        assertThat(result.code()).as(result.toString()).isZero();
        return result.out();
    }

    /** The same, whatever comes of it. */
    static Kubectl.Result tryExplain(String cluster, String namespace, String operatorNamespace) {
        Path plugin = Path.of(System.getProperty("e2e.home", "."), "..", "kubectl", "kubectl-etcd");
        return Kubectl.execute(
                new byte[0],
                plugin.toString(),
                "explain",
                cluster,
                "--namespace=" + namespace,
                "--operator-namespace=" + operatorNamespace);
    }
}
