package dev.mainstay.operator.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever a client makes the API server write is counted, and nothing else. */
@EnableKubernetesMockClient(crud = true)
class ApiWritesTest {

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @Test
    void writesAreCountedByKind() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        server.expect()
                .post()
                .withPath("/api/v1/namespaces/test/secrets")
                .andReturn(403, new StatusBuilder().withCode(403).build())
                .once();
        try (KubernetesClient counted = new KubernetesClientBuilder()
                .withConfig(client.getConfiguration())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("writes", new ApiWrites(meters)))
                .build()) {
            ConfigMap map = counted.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("pods")
                            .withNamespace("test")
                            .endMetadata()
                            .build())
                    .create();
            var _ = counted.configMaps().inNamespace("test").list();
            var _ = counted.resource(map)
                    .edit(found ->
                            new ConfigMapBuilder(found).addToData("a", "b").build());
            var _ = counted.resource(map).delete();
            EtcdCluster cluster = Serialization.unmarshal("""
                    apiVersion: mainstay.dev/v1alpha1
                    kind: EtcdCluster
                    metadata: {name: a, namespace: test}
                    spec: {version: 1.0.0, storage: {size: 1Gi}}
                    """, EtcdCluster.class);
            var _ = counted.resource(counted.resource(cluster).create()).updateStatus();
            try {
                var _ = counted.secrets()
                        .inNamespace("test")
                        .resource(Serialization.unmarshal("""
                                apiVersion: v1
                                kind: Secret
                                metadata: {name: s, namespace: test}
                                """, io.fabric8.kubernetes.api.model.Secret.class))
                        .create();
            } catch (KubernetesClientException e) {
                assertThat(e.getCode()).isEqualTo(403);
            }
        }

        assertThat(counts(meters)).isEqualTo(Map.of("ConfigMap", 3.0, "EtcdCluster", 2.0));
    }

    private static Map<String, Double> counts(SimpleMeterRegistry meters) {
        return meters.find("etcd_operator_api_writes").counters().stream()
                .collect(Collectors.toMap(
                        counter -> String.valueOf(counter.getId().getTag("kind")), Counter::count));
    }
}
