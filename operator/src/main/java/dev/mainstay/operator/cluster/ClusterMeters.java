package dev.mainstay.operator.cluster;

import dev.mainstay.api.v1alpha1.EtcdClusterStatus;
import dev.mainstay.api.v1alpha1.Operation;
import dev.mainstay.operator.cluster.engine.ClusterView;
import dev.mainstay.operator.cluster.engine.MemberView;
import dev.mainstay.operator.cluster.engine.Observation;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is measured of each cluster. A cluster has a bounded number of series, by its states and kinds of operations, and none any more once it
 * is deleted. Any thread.
 */
final class ClusterMeters {

    private static final List<String> STATES = List.of("ready", "unready", "learner", "leaving");

    private final MeterRegistry registry;
    private final Map<String, Series> clusters = new ConcurrentHashMap<>();

    ClusterMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** The series of one cluster. */
    private record Series(Tags tags, Map<String, AtomicReference<Double>> values, Set<Meter> meters) {}

    private Series series(String namespace, String name) {
        return clusters.computeIfAbsent(
                namespace + "/" + name,
                key -> new Series(
                        Tags.of("namespace", namespace, "cluster", name),
                        new ConcurrentHashMap<>(),
                        ConcurrentHashMap.newKeySet()));
    }

    /** A cluster as a pass saw it, and what its status says now. */
    void seen(String namespace, String name, Observation observation, EtcdClusterStatus status) {
        Series series = series(namespace, name);
        boolean available = status.conditions().stream()
                .anyMatch(condition -> "Available".equals(condition.getType()) && "True".equals(condition.getStatus()));
        set(
                series,
                "etcd_operator_cluster_available",
                "Whether a linearizable read was answered.",
                "",
                "",
                available ? 1 : 0);
        Map<String, Long> states = observation.members().stream()
                .collect(Collectors.groupingBy(member -> state(member, observation.cluster()), Collectors.counting()));
        STATES.forEach(state ->
                set(series, "etcd_operator_members", "Members by what they are doing.", "state", state, (double)
                        states.getOrDefault(state, 0L)));
        operation(series, status.operation());
        set(
                series,
                "etcd_operator_operation_overdue_seconds",
                "For how long the step that is under way has been taking longer than it may; 0 if it hasn't.",
                "",
                "",
                overdue(status.operation(), observation.now()));
        EtcdClusterStatus.PodTemplates template = status.podTemplate();
        set(
                series,
                "etcd_operator_template_revision_available",
                "Whether this operator would make the members' pods differently, which they haven't taken yet.",
                "",
                "",
                template != null && template.available() != null ? 1 : 0);
        EtcdClusterStatus.Trust trust = status.trust();
        if (trust != null) {
            expiry(series, "authority", trust.caExpiry());
            expiry(series, "leaf", trust.leafExpiry());
        }
    }

    private static String state(MemberView member, ClusterView cluster) {
        if (member.leaving()) {
            return "leaving";
        }
        Optional<ClusterView.Listed> listed = cluster.list().stream()
                .filter(line -> line.name().equals(member.name()))
                .findFirst();
        if (listed.isPresent() && listed.get().learner()) {
            return "learner";
        }
        return member.serving() ? "ready" : "unready";
    }

    /** A kind of operation that the cluster never had has no series. */
    private void operation(Series series, @Nullable Operation now) {
        for (Operation.Type type : Operation.Type.values()) {
            boolean on = now != null && now.type() == type;
            if (on || series.values().containsKey(key("etcd_operator_operation_in_progress", word(type)))) {
                set(
                        series,
                        "etcd_operator_operation_in_progress",
                        "Whether an operation of this type is under way.",
                        "type",
                        word(type),
                        on ? 1 : 0);
            }
        }
    }

    private static double overdue(@Nullable Operation operation, Instant now) {
        return operation == null || operation.deadline() == null
                ? 0
                : Math.max(
                        0,
                        Duration.between(Instant.parse(operation.deadline()), now)
                                .toSeconds());
    }

    private void expiry(Series series, String kind, @Nullable String time) {
        if (time != null) {
            set(
                    series,
                    "etcd_operator_certificate_expiry_timestamp",
                    "When the cluster's authority, or the first of its certificates, ends, seconds since 1970.",
                    "kind",
                    kind,
                    (double) Instant.parse(time).getEpochSecond());
        }
    }

    /** An operation is over. */
    void ended(String namespace, String name, Operation.Type type, String result, Duration took) {
        Series series = series(namespace, name);
        Timer timer = Timer.builder("etcd_operator_operation_duration")
                .description("How long operations took, by how they ended.")
                .tags(series.tags().and("type", word(type), "result", result))
                .register(registry);
        series.meters().add(timer);
        timer.record(took.isNegative() ? Duration.ZERO : took);
    }

    /** A member's pod was made anew since the member didn't serve. */
    void recreated(String namespace, String name) {
        Series series = series(namespace, name);
        Counter counter = Counter.builder("etcd_operator_member_recreates")
                .description("Pods made anew since their members didn't serve.")
                .tags(series.tags())
                .register(registry);
        series.meters().add(counter);
        counter.increment();
    }

    /** The cluster is gone, and so are its series. */
    void forget(String namespace, String name) {
        Series series = clusters.remove(namespace + "/" + name);
        if (series != null) {
            series.meters().forEach(registry::remove);
        }
    }

    private void set(Series series, String name, String help, String label, String value, double now) {
        series.values()
                .computeIfAbsent(key(name, value), key -> {
                    AtomicReference<Double> holder = new AtomicReference<>(now);
                    series.meters()
                            .add(Gauge.builder(name, holder, AtomicReference::get)
                                    .description(help)
                                    .tags(
                                            label.isEmpty()
                                                    ? series.tags()
                                                    : series.tags().and(label, value))
                                    .strongReference(true)
                                    .register(registry));
                    return holder;
                })
                .set(now);
    }

    private static String key(String name, String value) {
        return name + " " + value;
    }

    /** As the API spells it. */
    static String word(Operation.Type type) {
        return Arrays.stream(type.name().split("_", -1))
                .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }
}
