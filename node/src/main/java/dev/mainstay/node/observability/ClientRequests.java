package dev.mainstay.node.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Calls by the version that clients say their API has. Clients may say anything, so only so many are told apart. */
final class ClientRequests {

    private static final int MAX_VERSIONS = 32;
    private static final int MAX_LENGTH = 16;
    private static final String UNKNOWN = "unknown";

    private final MeterRegistry registry;
    private final String type;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Counter unknown;

    /** @param type {@code unary} or {@code stream} */
    ClientRequests(MeterRegistry registry, String type) {
        this.registry = registry;
        this.type = type;
        this.unknown = counter(UNKNOWN);
    }

    void count(@Nullable String version) {
        Counter counter = version == null ? unknown : counters.get(version);
        (counter == null ? met(String.valueOf(version)) : counter).increment();
    }

    private Counter met(String version) {
        boolean sane = version.length() <= MAX_LENGTH
                && version.chars().allMatch(c -> c == '.' || c == '-' || Character.isLetterOrDigit(c));
        return sane && counters.size() < MAX_VERSIONS ? counters.computeIfAbsent(version, this::counter) : unknown;
    }

    private Counter counter(String version) {
        return Counter.builder("etcd_server_client_requests_total")
                .description("The total number of client requests per client version.")
                .tags("type", type, "client_api_version", version)
                .register(registry);
    }
}
