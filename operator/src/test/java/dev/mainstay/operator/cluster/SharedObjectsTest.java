package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.act.ObjectKeeper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Others write to the operator's objects, too. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class SharedObjectsTest {

    /** Not UTF-8. */
    private static final String BINARY = "/u3+7Q==";

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, new SimpleMeterRegistry());
    }

    @Test
    void whatIsTheirsStaysAndWhatIsOursIsPutBack() {
        create("");
        var _ = client.resource(service("a"))
                .edit(service -> new ServiceBuilder(service)
                        .editMetadata()
                        .addToAnnotations("theirs", "note")
                        .addToLabels("theirs", "label")
                        .removeFromLabels("mainstay.dev/cluster")
                        .addToOwnerReferences(new OwnerReferenceBuilder()
                                .withApiVersion("v1")
                                .withKind("ConfigMap")
                                .withName("theirs")
                                .withUid("u-theirs")
                                .build())
                        .endMetadata()
                        .editSpec()
                        .withSessionAffinity("ClientIP")
                        .withSelector(Map.of("nobody", "here", "mainstay.dev/cluster", "b"))
                        .endSpec()
                        .build());
        var _ = client.resource(policy())
                .edit(policy -> new NetworkPolicyBuilder(policy)
                        .editSpec()
                        .editIngress(1)
                        .editPort(0)
                        .withPort(new IntOrString(1))
                        .endPort()
                        .endIngress()
                        .endSpec()
                        .build());

        assertThat(stage.settle()).isEmpty();

        Service service = service("a");
        assertThat(service.getMetadata().getAnnotations()).containsEntry("theirs", "note");
        assertThat(service.getMetadata().getLabels())
                .containsEntry("theirs", "label")
                .containsEntry("mainstay.dev/cluster", "a");
        assertThat(service.getMetadata().getOwnerReferences())
                .extracting(owner -> owner.getName())
                .containsExactlyInAnyOrder("a", "theirs");
        assertThat(service.getSpec().getSessionAffinity()).isEqualTo("ClientIP");
        // The mocked server keeps what a real one takes away, with no value.
        assertThat(service.getSpec().getSelector())
                .containsEntry("mainstay.dev/cluster", "a")
                .doesNotContainEntry("nobody", "here");
        // The mocked server adds to a list where a real one replaces it.
        assertThat(policy().getSpec().getIngress())
                .extracting(rule -> rule.getPorts().getFirst().getPort())
                .contains(new IntOrString(2379));
        assertThat(events("DriftCorrected"))
                .anyMatch(message -> message.startsWith("Service a was changed by somebody else"))
                .anyMatch(message -> message.startsWith("NetworkPolicy a was changed"))
                .hasSize(2);

        List<String> versions = versions();
        assertThat(stage.settle()).isEmpty();
        assertThat(versions()).as("nobody writes").isEqualTo(versions);
    }

    @Test
    void labelsAndAnnotationsFollowTheSpec() {
        create("clientService: {annotations: {one: x, two: x}, labels: {three: x}}");
        assertThat(service("a").getMetadata().getAnnotations()).containsKeys("one", "two");

        stage.change(spec -> spec.put("clientService", Map.of("annotations", Map.of("two", "y"))));
        stage.settle();

        // The mocked server keeps what a real one takes away, with no value.
        assertThat(service("a").getMetadata().getAnnotations())
                .doesNotContainEntry("one", "x")
                .containsEntry("two", "y");
        assertThat(service("a").getMetadata().getLabels()).doesNotContainEntry("three", "x");
        assertThat(events("DriftCorrected")).isEmpty();

        stage.change(spec -> spec.remove("clientService"));
        stage.settle();
        assertThat(service("a").getMetadata().getAnnotations())
                .doesNotContainEntry("two", "y")
                .hasEntrySatisfying(
                        "mainstay.dev/desired-keys", keys -> assertThat(keys).doesNotContain("annotations/"));
    }

    @Test
    void fieldsThatAreNotWantedAnyMoreAreTakenAwayAndThoseOfOthersStay() {
        create("clientService: {trafficDistribution: PreferClose}");
        var _ = client.resource(service("a"))
                .edit(found -> new ServiceBuilder(found)
                        .editSpec()
                        .withSessionAffinity("ClientIP")
                        .endSpec()
                        .build());

        stage.change(spec -> spec.remove("clientService"));
        stage.settle();

        assertThat(service("a").getSpec().getTrafficDistribution()).isNull();
        assertThat(service("a").getSpec().getSessionAffinity()).isEqualTo("ClientIP");
        assertThat(events("DriftCorrected")).isEmpty();
    }

    @Test
    void certificatesAreRenewedBesideWhatOthersPutThere() {
        create("");
        for (String name : List.of("a-client", "a-ca")) {
            var _ = client.resource(secret(name))
                    .edit(secret -> new SecretBuilder(secret)
                            .editMetadata()
                            .addToAnnotations("theirs", "note")
                            .addToLabels("theirs", "label")
                            .endMetadata()
                            .addToData("theirs.p12", BINARY)
                            .build());
        }
        var _ = client.resource(published())
                .edit(map -> new ConfigMapBuilder(map)
                        .addToData("theirs", "too")
                        .addToData("ca.crt", "changed")
                        .build());
        String before = secret("a-client").getData().get("tls.crt");

        stage.now = stage.now.plus(Duration.ofDays(70));
        stage.settle();

        assertThat(secret("a-client").getData().get("tls.crt")).isNotEqualTo(before);
        for (String name : List.of("a-client", "a-ca")) {
            assertThat(secret(name).getMetadata().getAnnotations()).containsEntry("theirs", "note");
            assertThat(secret(name).getMetadata().getLabels())
                    .containsEntry("theirs", "label")
                    .containsEntry("mainstay.dev/cluster", "a");
            assertThat(secret(name).getData()).containsEntry("theirs.p12", BINARY);
        }
        assertThat(published().getData()).containsEntry("theirs", "too");
        assertThat(published().getData().get("ca.crt")).startsWith("-----BEGIN");
    }

    /** They are looked for by their label, but belong to the cluster without it. */
    @Test
    void certificatesWhoseLabelsWereTakenAwayGetThemBack() {
        create("");
        String authority = secret("a-ca").getData().get("tls.key");
        String certificate = secret("a-client").getData().get("tls.crt");
        for (String name : List.of("a-ca", "a-client", "a-operator", "a-1-tls")) {
            var _ = client.resource(secret(name))
                    .edit(secret -> new SecretBuilder(secret)
                            .editMetadata()
                            .removeFromLabels("mainstay.dev/cluster")
                            .endMetadata()
                            .build());
        }

        stage.settle();

        assertThat(secret("a-ca").getData()).containsEntry("tls.key", authority);
        assertThat(secret("a-client").getData()).containsEntry("tls.crt", certificate);
        assertThat(secret("a-1-tls").getMetadata().getLabels()).containsEntry("mainstay.dev/cluster", "a");
        assertThat(stage.condition("CertificatesValid").getReason()).isEqualTo("Valid");
    }

    /** An API server drops fields that it doesn't know. */
    @Test
    void whatDoesNotBecomeAsWantedIsNotWrittenAgainAndAgain() {
        ObjectKeeper keeper = new ObjectKeeper();
        ConfigMap found = map("3").build();
        AtomicInteger patches = new AtomicInteger();
        Resource<ConfigMap> place = place(found, patches);

        assertThat(keeper.keep(map(null).addToData("new", "x").build(), place, found))
                .isEqualTo(ObjectKeeper.Done.WRITTEN);
        assertThat(keeper.keep(map(null).addToData("new", "x").build(), place, found))
                .isEqualTo(ObjectKeeper.Done.NOTHING);
        assertThat(patches).hasValue(1);

        assertThat(keeper.keep(map(null).addToData("new", "y").build(), place, found))
                .isEqualTo(ObjectKeeper.Done.WRITTEN);
        assertThat(keeper.keep(map(null).addToData("new", "y").build(), place, map("4").build()))
                .as("somebody wrote since")
                .isEqualTo(ObjectKeeper.Done.WRITTEN);
    }

    private static ConfigMapBuilder map(@Nullable String version) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName("a")
                .withUid("u-1")
                .withResourceVersion(version)
                .endMetadata();
    }

    /** Where every patch comes to nothing. */
    @SuppressWarnings("unchecked")
    private static Resource<ConfigMap> place(ConfigMap found, AtomicInteger patches) {
        return (Resource<ConfigMap>) Proxy.newProxyInstance(
                Resource.class.getClassLoader(), new Class<?>[] {Resource.class}, (_, method, _) -> {
                    if (!method.getName().equals("patch")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    patches.incrementAndGet();
                    return found;
                });
    }

    private void create(String more) {
        stage.create(1, "storage: {size: 1Gi}\n" + more);
        stage.settle();
        assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
    }

    private Service service(String name) {
        return client.services().inNamespace(Stage.NAMESPACE).withName(name).get();
    }

    private NetworkPolicy policy() {
        return client.network()
                .v1()
                .networkPolicies()
                .inNamespace(Stage.NAMESPACE)
                .withName("a")
                .get();
    }

    private Secret secret(String name) {
        return client.secrets().inNamespace(Stage.NAMESPACE).withName(name).get();
    }

    private ConfigMap published() {
        return client.configMaps().inNamespace(Stage.NAMESPACE).withName("a-ca").get();
    }

    private List<String> events(String reason) {
        return client.v1().events().inNamespace(Stage.NAMESPACE).list().getItems().stream()
                .filter(event -> reason.equals(event.getReason()))
                .map(Event::getMessage)
                .toList();
    }

    private List<String> versions() {
        return List.of(service("a"), service("a-members"), policy(), secret("a-client"), published()).stream()
                .map((HasMetadata object) -> object.getMetadata().getResourceVersion())
                .toList();
    }
}
