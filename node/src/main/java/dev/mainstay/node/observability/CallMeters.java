package dev.mainstay.node.observability;

import dev.mainstay.node.api.transport.CallMeter;
import dev.mainstay.node.api.transport.StatusNames;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code grpc_server_*} series of go-grpc-prometheus, which etcd's dashboard and alerts are built on. All combinations
 * of labels are there from the start, with 0.
 */
public final class CallMeters implements CallMeter {

    /** Prometheus' default buckets, in seconds. */
    private static final double[] HANDLING_BOUNDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private static final double NANOS_PER_SECOND = 1e9;

    /** What etcd calls the streams whose failures it counts. */
    private static final Map<String, String> FAILING_STREAMS =
            Map.of("etcdserverpb.Watch/Watch", "watch", "etcdserverpb.Lease/LeaseKeepAlive", "lease-keepalive");

    /** How a stream ends whose client sends what can't be taken. */
    private static final Set<String> UNREADABLE = Set.of("Internal", "ResourceExhausted", "Unimplemented");

    /** Methods that answer once, when somebody else has left. */
    private static final Set<String> WAITING = Set.of("v3lockpb.Lock/Lock", "v3electionpb.Election/Campaign");

    private final MeterRegistry registry;
    private final boolean histograms;
    private final SlowLog slow;
    private final ClientRequests singles;
    private final ClientRequests streams;
    private final Counter receivedBytes;
    private final Counter sentBytes;

    /**
     * @param histograms whether handling times are kept, {@code --metrics extensive}
     * @param slowCall what takes longer than this to answer is logged, streams aside; zero for nothing
     */
    public CallMeters(MeterRegistry registry, boolean histograms, Duration slowCall) {
        this.registry = registry;
        this.slow = SlowLog.of("request took too long", slowCall);
        this.singles = new ClientRequests(registry, "unary");
        this.streams = new ClientRequests(registry, "stream");
        this.histograms = histograms;
        this.receivedBytes = Counter.builder("etcd_network_client_grpc_received_bytes_total")
                .description("The total number of bytes received from grpc clients.")
                .register(registry);
        this.sentBytes = Counter.builder("etcd_network_client_grpc_sent_bytes_total")
                .description("The total number of bytes sent to grpc clients.")
                .register(registry);
    }

    @Override
    public Method mounted(String service, String method, String type) {
        Tags tags = Tags.of("grpc_type", type, "grpc_service", service, "grpc_method", method);
        Map<String, Counter> handled = new HashMap<>();
        for (String code : StatusNames.all()) {
            handled.put(
                    code,
                    Counter.builder("grpc_server_handled_total")
                            .description(
                                    "Total number of RPCs completed on the server, regardless of success or failure.")
                            .tags(tags.and("grpc_code", code))
                            .register(registry));
        }
        boolean reads = service.equals("etcdserverpb.KV") && method.equals("Range");
        return new MethodMeter(
                service + "/" + method,
                type.equals("unary"),
                CallTimes.of(registry, service, method),
                reads
                        ? counter("etcd_mvcc_range_total", "Total number of ranges seen by this member.", Tags.empty())
                        : null,
                counter("grpc_server_started_total", "Total number of RPCs started on the server.", tags),
                counter("grpc_server_msg_received_total", "Total number of messages received on the server.", tags),
                counter("grpc_server_msg_sent_total", "Total number of messages sent by the server.", tags),
                handled,
                histograms ? handling(tags) : null,
                streamFailures(service + "/" + method));
    }

    /** The counter of messages that a stream could not take; there is one of those not sent too, which never moves here. */
    private @Nullable Counter streamFailures(String name) {
        String api = FAILING_STREAMS.get(name);
        if (api == null) {
            return null;
        }
        streamFailures("send", api);
        return streamFailures("receive", api);
    }

    private Counter streamFailures(String type, String api) {
        return counter(
                "etcd_network_server_stream_failures_total",
                "The total number of stream failures from the local server.",
                Tags.of("Type", type, "API", api));
    }

    private Counter counter(String name, String help, Tags tags) {
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }

    private DistributionSummary handling(Tags tags) {
        return DistributionSummary.builder("grpc_server_handling_seconds")
                .description(
                        "Response latency (seconds) of gRPC that had been application-level handled by the server.")
                .tags(tags)
                .serviceLevelObjectives(HANDLING_BOUNDS)
                .register(registry);
    }

    private final class MethodMeter implements Method {

        private final String name;
        private final boolean unary;
        private final boolean answersSoon;
        private final CallTimes times;
        private final @Nullable Counter reads;
        private final Counter started;
        private final Counter received;
        private final Counter sent;
        private final Map<String, Counter> handled;
        private final @Nullable DistributionSummary handling;
        private final @Nullable Counter unreadable;

        MethodMeter(
                String name,
                boolean unary,
                CallTimes times,
                @Nullable Counter reads,
                Counter started,
                Counter received,
                Counter sent,
                Map<String, Counter> handled,
                @Nullable DistributionSummary handling,
                @Nullable Counter unreadable) {
            this.name = name;
            this.unary = unary;
            this.answersSoon = unary && !WAITING.contains(name);
            this.times = times;
            this.reads = reads;
            this.started = started;
            this.received = received;
            this.sent = sent;
            this.handled = handled;
            this.handling = handling;
            this.unreadable = unreadable;
        }

        @Override
        public void started(@Nullable String clientApiVersion) {
            started.increment();
            (unary ? singles : streams).count(clientApiVersion);
            if (reads != null) {
                reads.increment();
            }
        }

        @Override
        public void received(int bytes) {
            received.increment();
            receivedBytes.increment(bytes);
        }

        @Override
        public void sent(int bytes) {
            sent.increment();
            sentBytes.increment(bytes);
        }

        @Override
        public void ended(String code, long nanos, @Nullable String traceId) {
            Counter counter = handled.get(code);
            if (counter != null) {
                counter.increment();
            }
            if (unreadable != null && UNREADABLE.contains(code)) {
                unreadable.increment();
            }
            times.record(code.equals("OK"), nanos / NANOS_PER_SECOND);
            if (answersSoon && slow.isSlow(nanos)) {
                slow.warn(name, nanos, traceId);
            }
            if (handling != null) {
                handling.record(nanos / NANOS_PER_SECOND);
            }
        }
    }
}
