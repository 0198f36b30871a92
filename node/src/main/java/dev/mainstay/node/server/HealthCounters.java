package dev.mainstay.node.server;

import dev.mainstay.node.server.http.HealthMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The health endpoints' answers, under etcd's names. */
final class HealthCounters implements HealthMeter {

    private final MeterRegistry registry;
    private final Counter successes;
    private final Counter failures;
    private final Map<Tags, AtomicLong> last = new ConcurrentHashMap<>();

    HealthCounters(MeterRegistry registry) {
        this.registry = registry;
        successes = Counter.builder("etcd_server_health_success")
                .description("The total number of successful health checks")
                .register(registry);
        failures = Counter.builder("etcd_server_health_failures")
                .description("The total number of failed health checks")
                .register(registry);
    }

    @Override
    public void healthAnswered(boolean healthy) {
        (healthy ? successes : failures).increment();
    }

    @Override
    public void checked(String type, String name, boolean ok) {
        Tags tags = Tags.of("type", type, "name", name);
        last.computeIfAbsent(tags, this::gauge).set(ok ? 1 : 0);
        Counter.builder("etcd_server_healthchecks_total")
                .description("The total number of each health check.")
                .tags(tags.and("status", ok ? "success" : "error"))
                .register(registry)
                .increment();
    }

    private AtomicLong gauge(Tags tags) {
        AtomicLong value = new AtomicLong();
        Gauge.builder("etcd_server_healthcheck", value, AtomicLong::doubleValue)
                .description("The result of each kind of healthcheck.")
                .tags(tags)
                .register(registry);
        return value;
    }
}
