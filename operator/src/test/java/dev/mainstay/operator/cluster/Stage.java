package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdCluster;
import dev.mainstay.api.v1alpha1.EtcdMember;
import dev.mainstay.operator.access.FakeAuth;
import dev.mainstay.operator.cluster.act.Actuator;
import dev.mainstay.operator.cluster.act.RootKeeper;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.cluster.observe.ClusterObserver;
import dev.mainstay.operator.migration.MigrationKeeper;
import dev.mainstay.operator.tracing.Tracing;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Cluster {@code a} on a mocked API server, its faked members, and passes over it that are run by hand as time is. */
final class Stage {

    static final String NAMESPACE = "test";

    /** Else it logs every request. */
    private static final Logger SERVER_LOG = Logger.getLogger("io.fabric8.mockwebserver.MockWebServer");

    static {
        SERVER_LOG.setLevel(Level.OFF);
    }

    final KubernetesClient client;
    final FakeCloud cloud;
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private ClusterPass pass;

    Stage(KubernetesClient client, MeterRegistry meters) {
        this.client = client;
        this.cloud = new FakeCloud(client, () -> now);
        this.pass = pass(meters, Tracing.off());
    }

    /** An operator begins, and remembers nothing. */
    void restart(MeterRegistry meters, Tracing tracing) {
        pass = pass(meters, tracing);
    }

    /** Another version of the operator takes over, which makes pods of images from {@code repository}. */
    void replaceOperator(String repository) {
        pass = pass(new SimpleMeterRegistry(), Tracing.off(), repository);
    }

    private ClusterPass pass(MeterRegistry meters, Tracing tracing) {
        return pass(meters, tracing, "mainstay/node");
    }

    private ClusterPass pass(MeterRegistry meters, Tracing tracing, String repository) {
        return new ClusterPass(
                client,
                new ClusterObserver(client, cloud, repository, () -> now),
                new Actuator(client, cloud, repository),
                new RootKeeper(client, new FakeAuth()),
                new MigrationKeeper(client, repository),
                meters,
                tracing);
    }

    /** Makes the cluster; {@code more} is YAML of its spec, two spaces in. */
    void create(int replicas, String more) {
        var _ = client.resource(Serialization.unmarshal("""
                        apiVersion: mainstay.dev/v1alpha1
                        kind: EtcdCluster
                        metadata: {name: a, namespace: test}
                        spec:
                          replicas: %d
                          version: 1.4.2
                          updateStrategy: {readySeconds: 1}
                        """.formatted(replicas) + more.indent(2), EtcdCluster.class))
                .create();
    }

    void change(Consumer<Map<String, Object>> change) {
        var _ = client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(EtcdCluster.class))
                .inNamespace(NAMESPACE)
                .withName("a")
                .edit(resource -> {
                    @SuppressWarnings("unchecked")
                    Map<String, Object> spec = (Map<String, Object>) Objects.requireNonNull(
                            resource.getAdditionalProperties().get("spec"));
                    change.accept(spec);
                    return resource;
                });
    }

    /** One pass, and two seconds. */
    Decision pass() {
        Decision decision = pass.run(NAMESPACE, "a").orElseThrow();
        cloud.step();
        now = now.plusSeconds(2);
        return decision;
    }

    /** Passes until nothing more happens for a while; what was done. */
    List<Action> settle() {
        List<Action> done = new ArrayList<>();
        for (int quiet = 0, i = 0; quiet < 4 && i < 400; i++) {
            Action action = pass().action();
            boolean rests = action instanceof Action.Idle || action instanceof Action.Wait;
            quiet = rests ? quiet + 1 : 0;
            if (!rests) {
                done.add(action);
            }
        }
        return done;
    }

    Explanations explanations() {
        return pass.explanations();
    }

    boolean gone() {
        return pass.run(NAMESPACE, "a").isEmpty();
    }

    EtcdCluster cluster() {
        return client.resources(EtcdCluster.class)
                .inNamespace(NAMESPACE)
                .withName("a")
                .get();
    }

    List<EtcdMember> members() {
        return client.resources(EtcdMember.class).inNamespace(NAMESPACE).list().getItems();
    }

    Condition condition(String type) {
        return cluster().getStatus().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    /** What stands on the API server, with its versions: the same while nothing is written. */
    List<String> versions() {
        List<HasMetadata> objects = new ArrayList<>();
        objects.add(cluster());
        objects.addAll(members());
        objects.addAll(client.pods().inNamespace(NAMESPACE).list().getItems());
        objects.addAll(client.services().inNamespace(NAMESPACE).list().getItems());
        objects.addAll(client.secrets().inNamespace(NAMESPACE).list().getItems());
        objects.addAll(client.configMaps().inNamespace(NAMESPACE).list().getItems());
        objects.addAll(
                client.persistentVolumeClaims().inNamespace(NAMESPACE).list().getItems());
        return objects.stream()
                .map(object -> object.getKind()
                        + object.getMetadata().getName()
                        + object.getMetadata().getResourceVersion())
                .sorted()
                .toList();
    }
}
