package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code kubectl etcd explain} through the API server: what is waited for, and by which rule. */
@OnKubernetes
@Tag("slow")
final class ExplainE2E {
    @RegisterExtension
    private static final Clusters CLUSTERS = new Clusters("e2e-explain");

    private final OperatedCluster cluster = CLUSTERS.cluster("explained").with("replicas", "1");

    @Test
    void thePluginSaysWhatIsWaitedFor() {
        cluster.settle(1);
        Await.until(
                "nothing to do",
                () -> Plugin.explain(cluster).contains("decided    nothing"),
                () -> Plugin.explain(cluster));
        assertThat(Plugin.explain(cluster)).contains("explained-1 leads", "wanted     1 members");

        String impossible = "{spec: {nodeSelector: {there-is: no-such-node}}}";
        cluster.with("replicas", "3").with("podTemplate", impossible).apply();
        Await.until(
                "a rule that waits",
                () -> Plugin.explain(cluster).contains("\n  waits "),
                () -> Plugin.explain(cluster));

        cluster.with("paused", "true").apply();
        Await.until(
                "a pause",
                () -> Plugin.explain(cluster).contains("to wait, by rule Pause"),
                () -> Plugin.explain(cluster));

        Kubectl.Result unknown = Plugin.tryExplain("nobody", cluster.namespace(), Settings.operatorNamespace());
        assertThat(unknown.code()).isNotZero();
        assertThat(unknown.err()).contains("has no explanation of " + cluster.namespace() + "/nobody");
        Kubectl.Result nowhere = Plugin.tryExplain(cluster.name(), cluster.namespace(), cluster.namespace());
        assertThat(nowhere.code()).isNotZero();
        assertThat(nowhere.err()).contains("--operator-namespace");
        cluster.with("paused", "").delete();
    }
}
