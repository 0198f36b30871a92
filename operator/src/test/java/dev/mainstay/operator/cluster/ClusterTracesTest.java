package dev.mainstay.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.api.v1alpha1.MainstayApi;
import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.Action;
import dev.mainstay.operator.cluster.engine.Decision;
import dev.mainstay.operator.tracing.Collector;
import dev.mainstay.operator.tracing.Tracing;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a collector gets of passes over a cluster. */
@EnableKubernetesMockClient(crud = true)
@Timeout(120)
class ClusterTracesTest {

    private static final String PLAIN = """
            storage: {size: 1Gi}
            tls: {mode: Disabled}
            """;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @SuppressWarnings("NullAway.Init")
    private Stage stage;

    @BeforeEach
    void setUp() {
        stage = new Stage(client, meters);
    }

    @Test
    void operationIsOneTraceThroughAllItsPassesWhoeverRunsThem() throws Exception {
        try (Collector collector = new Collector()) {
            Set<String> traces = new TreeSet<>();
            stage.create(1, PLAIN);
            try (Finished tracing = new Finished(collector.tracing(() -> stage.now, meters))) {
                stage.restart(meters, tracing.traces());
                stage.settle();
                stage.change(spec -> spec.put("replicas", 3));
                while (!Integer.valueOf(2).equals(stage.cluster().getStatus().votingReplicas())) {
                    var _ = stage.pass();
                    traces.addAll(traceOf(Operation.Type.SCALE_OUT));
                }
            }
            // The other replica takes over, in the middle.
            try (Finished tracing = new Finished(collector.tracing(() -> stage.now, meters))) {
                stage.restart(meters, tracing.traces());
                for (Decision decision = stage.pass();
                        !(decision.action() instanceof Action.Idle);
                        decision = stage.pass()) {
                    traces.addAll(traceOf(Operation.Type.SCALE_OUT));
                }
            }

            assertThat(traces).as("trace ids of the operation").hasSize(1);
            String trace = traces.iterator().next();
            List<Span> spans = collector.trace(trace);
            Span whole = named(spans, "ScaleOut").getFirst();
            assertThat(named(spans, "ScaleOut")).hasSize(1);
            assertThat(whole.getParentSpanId().isEmpty()).isTrue();
            assertThat(Collector.attributes(whole))
                    .containsEntry("mainstay.result", "completed")
                    .containsEntry("mainstay.object", "a")
                    .containsEntry("k8s.namespace.name", "test");
            List<Span> passes = named(spans, "reconcile EtcdCluster");
            assertThat(passes).hasSizeGreaterThan(5).allSatisfy(pass -> {
                assertThat(pass.getParentSpanId()).isEqualTo(whole.getSpanId());
                assertThat(Collector.attributes(pass)).containsKeys("mainstay.rule", "mainstay.decision");
            });
            Map<String, Span> byId =
                    spans.stream().collect(Collectors.toMap(span -> Collector.hex(span.getSpanId()), span -> span));
            assertThat(spans.stream().map(Span::getName))
                    .contains(
                            "observe", "report", "CreateMember", "CreateVolume", "AddLearner", "CreatePod", "Promote");
            assertThat(named(spans, "CreatePod")).hasSize(2).allSatisfy(step -> {
                assertThat(Objects.requireNonNull(byId.get(Collector.hex(step.getParentSpanId())))
                                .getName())
                        .isEqualTo("reconcile EtcdCluster");
                assertThat(Collector.attributes(step)).containsEntry("mainstay.rule", "Pods");
            });
            assertThat(whole.getStartTimeUnixNano())
                    .isLessThanOrEqualTo(passes.stream()
                            .mapToLong(Span::getStartTimeUnixNano)
                            .min()
                            .orElseThrow());
            assertThat(stage.cluster().getStatus().operation()).isNull();
            assertThat(annotated(trace)).contains("AddingLearner", "PromotingMember", "CreatingPod");
            assertThat(collector.resources().stream().flatMap(resource -> resource.getAttributesList().stream()))
                    .anyMatch(attribute -> attribute.getKey().equals("service.name")
                            && attribute.getValue().getStringValue().equals("mainstay-operator"));
        }
    }

    @Test
    void passesAtRestHaveTracesOfTheirOwn() throws Exception {
        try (Collector collector = new Collector()) {
            stage.create(1, PLAIN);
            stage.settle();
            try (Finished tracing = new Finished(collector.tracing(() -> stage.now, meters))) {
                stage.restart(meters, tracing.traces());
                for (int i = 0; i < 3; i++) {
                    var _ = stage.pass();
                }
            }

            assertThat(named(collector.spans(), "reconcile EtcdCluster"))
                    .hasSize(3)
                    .allSatisfy(
                            pass -> assertThat(pass.getParentSpanId().isEmpty()).isTrue())
                    .extracting(Span::getTraceId)
                    .doesNotHaveDuplicates();
            assertThat(meters.counter("etcd_operator_trace_spans_sent").count())
                    .isEqualTo(collector.spans().size());
        }
    }

    @Test
    void stepThatFailsIsMarked() throws Exception {
        server.expect()
                .post()
                .withPath("/api/v1/namespaces/test/persistentvolumeclaims")
                .andReturn(
                        403,
                        new StatusBuilder()
                                .withCode(403)
                                .withMessage("exceeded quota: storage")
                                .build())
                .once();
        try (Collector collector = new Collector()) {
            stage.create(1, PLAIN);
            try (Finished tracing = new Finished(collector.tracing(() -> stage.now, meters))) {
                stage.restart(meters, tracing.traces());
                for (int i = 0; i < 4; i++) {
                    try {
                        var _ = stage.pass();
                    } catch (KubernetesClientException e) {
                        assertThat(e).hasMessageContaining("exceeded quota");
                    }
                }
            }

            Span failed = named(collector.spans(), "CreateVolume").getFirst();
            assertThat(failed.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(failed.getStatus().getMessage()).contains("exceeded quota");
            assertThat(named(collector.spans(), "reconcile EtcdCluster").stream()
                            .filter(pass -> pass.getSpanId().equals(failed.getParentSpanId())))
                    .hasSize(1)
                    .allMatch(pass -> pass.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR);
        }
    }

    /** Whoever takes no traces isn't waited for. */
    @Test
    void collectorThatIsAwayHoldsUpNothing() throws Exception {
        Collector collector = new Collector();
        Tracing tracing = collector.tracing(() -> stage.now, meters);
        collector.close();
        try (tracing) {
            stage.restart(meters, tracing);
            stage.create(1, PLAIN);
            stage.settle();

            assertThat(stage.condition("Ready").getReason()).isEqualTo("AllMembersReady");
        }
    }

    @Test
    void withoutACollectorNothingIsWrittenDown() {
        stage.create(1, PLAIN);
        for (int i = 0; i < 3; i++) {
            var _ = stage.pass();
        }

        assertThat(Objects.requireNonNull(stage.cluster().getStatus().operation())
                        .traceID())
                .isNull();
        assertThat(events())
                .allMatch(event -> event.getMetadata().getAnnotations() == null
                        || event.getMetadata().getAnnotations().isEmpty());
    }

    /** Traces that have all arrived once it is closed. */
    private record Finished(Tracing traces) implements AutoCloseable {

        @Override
        public void close() {
            Collector.finish(traces);
        }
    }

    private Set<String> traceOf(Operation.Type type) {
        Operation operation = stage.cluster().getStatus().operation();
        return operation == null || operation.type() != type || operation.traceID() == null
                ? Set.of()
                : Set.of(operation.traceID());
    }

    private static List<Span> named(List<Span> spans, String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).toList();
    }

    private List<Event> events() {
        return client.v1().events().inNamespace(Stage.NAMESPACE).list().getItems();
    }

    private Set<String> annotated(String trace) {
        return events().stream()
                .filter(event -> event.getMetadata().getAnnotations() != null
                        && trace.equals(event.getMetadata().getAnnotations().get(MainstayApi.TRACE_ID)))
                .map(Event::getReason)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
