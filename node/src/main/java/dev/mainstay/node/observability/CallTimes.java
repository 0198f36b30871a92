package dev.mainstay.node.observability;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;

/** Which of etcd's histograms the calls of a method go into: their time is that of the whole call here. Any thread. */
final class CallTimes {

    private static final double FIRST_REQUEST_SECONDS = 0.001;
    private static final int REQUEST_BUCKETS = 14;
    private static final double FIRST_RANGE_SECONDS = 0.0001;
    private static final int RANGE_BUCKETS = 20;
    private static final double FIRST_HASH_SECONDS = 0.01;
    private static final int HASH_BUCKETS = 15;

    private final DistributionSummary[] answered;
    private final DistributionSummary[] failed;

    private CallTimes(List<DistributionSummary> answered, List<DistributionSummary> failed) {
        this.answered = answered.toArray(DistributionSummary[]::new);
        this.failed = failed.toArray(DistributionSummary[]::new);
    }

    /** The histograms of a method; mostly none. */
    static CallTimes of(MeterRegistry registry, String service, String method) {
        List<DistributionSummary> answered = new ArrayList<>();
        List<DistributionSummary> failed = new ArrayList<>();
        String type = requestType(service + "/" + method);
        if (!type.isEmpty()) {
            answered.add(request(registry, type, "true"));
            failed.add(request(registry, type, "false"));
        }
        switch (service + "/" + method) {
            case "etcdserverpb.KV/Range" -> {
                answered.add(range(registry, "true"));
                failed.add(range(registry, "false"));
            }
            case "etcdserverpb.Maintenance/Hash" ->
                answered.add(hash(registry, "etcd_mvcc_hash_duration_seconds", "storage hash operation."));
            case "etcdserverpb.Maintenance/HashKV" ->
                answered.add(
                        hash(registry, "etcd_mvcc_hash_rev_duration_seconds", "storage hash by revision operation."));
            default -> {}
        }
        return new CallTimes(answered, failed);
    }

    private static String requestType(String method) {
        return switch (method) {
            case "etcdserverpb.KV/Range" -> "range";
            case "etcdserverpb.KV/Put" -> "put";
            case "etcdserverpb.KV/DeleteRange" -> "delete_range";
            case "etcdserverpb.KV/Txn" -> "txn";
            case "etcdserverpb.KV/Compact" -> "compaction";
            case "etcdserverpb.Lease/LeaseGrant" -> "lease_grant";
            case "etcdserverpb.Lease/LeaseRevoke" -> "lease_revoke";
            default -> "";
        };
    }

    private static DistributionSummary request(MeterRegistry registry, String type, String success) {
        return histogram(
                registry,
                "etcd_server_request_duration_seconds",
                "The latency distribution of requests.",
                Tags.of("type", type, "success", success),
                Exponential.bounds(FIRST_REQUEST_SECONDS, REQUEST_BUCKETS));
    }

    private static DistributionSummary range(MeterRegistry registry, String success) {
        return histogram(
                registry,
                "etcd_server_range_duration_seconds",
                "The latency distribution of range requests.",
                Tags.of("success", success),
                Exponential.bounds(FIRST_RANGE_SECONDS, RANGE_BUCKETS));
    }

    private static DistributionSummary hash(MeterRegistry registry, String name, String what) {
        return histogram(
                registry,
                name,
                "The latency distribution of " + what,
                Tags.empty(),
                Exponential.bounds(FIRST_HASH_SECONDS, HASH_BUCKETS));
    }

    private static DistributionSummary histogram(
            MeterRegistry registry, String name, String help, Tags tags, double[] bounds) {
        return DistributionSummary.builder(name)
                .description(help)
                .tags(tags)
                .serviceLevelObjectives(bounds)
                .register(registry);
    }

    void record(boolean ok, double seconds) {
        for (DistributionSummary histogram : ok ? answered : failed) {
            histogram.record(seconds);
        }
    }
}
