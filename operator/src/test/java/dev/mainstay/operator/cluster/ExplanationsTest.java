package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.operator.cluster.engine.Explanation;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Explanations of passes: there is one for each cluster as long as there is the cluster, it costs no write and holds no secret. */
@EnableKubernetesMockClient(crud = true)
@Timeout(60)
class ExplanationsTest {

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    private Explanation explained() {
        return stage.explanations().find(Stage.NAMESPACE, "a").orElseThrow();
    }

    @Test
    void clusterIsExplainedUntilItIsGone() {
        stage.create(1, "storage: {size: 1Gi}\n");
        var _ = stage.pass();
        assertThat(explained().text())
                .contains("decided    CreateMember[number=1, join=BOOTSTRAP], by rule Scale, for: bootstrap");
        stage.settle();
        assertThat(explained().text()).contains("decided    nothing to do\n", "a-1 leads, serves since");
        List<String> before = stage.versions();
        stage.settle();
        assertThat(stage.versions()).isEqualTo(before);

        stage.change(spec -> spec.put("paused", true));
        stage.settle();
        assertThat(explained().waitsFor()).isEqualTo("paused");

        client.resources(EtcdCluster.class)
                .inNamespace(Stage.NAMESPACE)
                .withName("a")
                .delete();
        assertThat(stage.gone()).isTrue();
        assertThat(stage.explanations().find(Stage.NAMESPACE, "a")).isEmpty();
    }

    @Test
    void nothingInItIsSecret() {
        stage.create(1, "storage: {size: 1Gi}\nauth: {mode: Password}\n");
        stage.settle();
        String text = explained().text();
        for (Secret secret :
                client.secrets().inNamespace(Stage.NAMESPACE).list().getItems()) {
            Objects.requireNonNullElse(secret.getData(), Map.<String, String>of())
                    .values()
                    .forEach(value -> assertThat(text)
                            .doesNotContain(value)
                            .doesNotContain(new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        assertThat(text.lines().count()).isLessThan(60);
    }

    @Test
    void whatIsNoRulesWordIsExplainedToo() {
        stage.create(1, "storage: {size: 1Gi}\n");
        stage.settle();
        client.secrets().inNamespace(Stage.NAMESPACE).withName("a-ca").delete();
        stage.change(spec -> spec.put("replicas", 3));
        stage.settle();

        assertThat(explained().rule()).isEqualTo("Certificates");
        assertThat(explained().text()).containsPattern("held back +Scale +if .*, but Certificates: ");
    }
}
