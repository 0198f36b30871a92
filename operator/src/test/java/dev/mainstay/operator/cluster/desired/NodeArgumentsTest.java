package dev.mainstay.operator.cluster.desired;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a member is told of what the spec says. */
class NodeArgumentsTest {

    @Test
    void membersSendTracesWhereTheSpecSays() {
        assertThat(flags("tracing: {endpoint: \"http://collector:4317\", samplePerMille: 3}"))
                .contains(
                        "--enable-distributed-tracing",
                        "--distributed-tracing-address=collector:4317",
                        "--distributed-tracing-instance-id=a-1",
                        "--distributed-tracing-sampling-rate=3000");
        assertThat(flags("tracing: {endpoint: \"collector:4317\"}"))
                .contains("--distributed-tracing-address=collector:4317", "--distributed-tracing-sampling-rate=10000");
        assertThat(flags("paused: false")).noneMatch(flag -> flag.contains("tracing"));
    }

    @Test
    void addressOutsideIsAdvertisedBesideTheOther() {
        EtcdCluster cluster = cluster("paused: false");

        assertThat(NodeArguments.of(cluster, "a-1", 1, true, List.of(), "https://203.0.113.1:2379"))
                .contains("--advertise-client-urls=https://a-1.a-members.test.svc:2379,https://203.0.113.1:2379");
    }

    private static List<String> flags(String spec) {
        return NodeArguments.of(cluster(spec), "a-1", 1, true, List.of(), null);
    }

    private static EtcdCluster cluster(String spec) {
        return Serialization.unmarshal("""
                metadata: {name: a, namespace: test, uid: u}
                spec:
                  storage: {size: 1Gi}
                """ + spec.indent(2), EtcdCluster.class);
    }
}
