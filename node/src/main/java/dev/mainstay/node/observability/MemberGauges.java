package dev.mainstay.node.observability;

import dev.mainstay.node.api.StorageCare;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.mvcc.KvView;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/** What can be read off a member at any moment, under etcd's names. Read when scraped, on the scraper's thread. */
public final class MemberGauges {

    private final MeterRegistry registry;

    /** Adds to this registry. */
    public MemberGauges(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Where the member stands in its group.
     *
     * @param learner whether it gets the log without a vote
     */
    public void bind(RaftStatus raft, BooleanSupplier learner) {
        gauge(
                "etcd_server_has_leader",
                "Whether or not a leader exists. 1 is existence, 0 is not.",
                () -> flag(raft.hasLeader()));
        gauge(
                "etcd_server_is_leader",
                "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                () -> flag(raft.isLeader()));
        gauge(
                "etcd_server_is_learner",
                "Whether or not this member is a learner. 1 if is, 0 otherwise.",
                () -> flag(learner.getAsBoolean()));
        gauge(
                "etcd_server_proposals_committed_total",
                "The total number of consensus proposals committed.",
                raft::committedIndex);
        gauge(
                "etcd_server_proposals_applied_total",
                "The total number of consensus proposals applied.",
                raft::appliedIndex);
        labelled(
                "etcd_server_id",
                "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
                Tags.of("server_id", MemberId.hex(raft.memberId())));
    }

    /** What we are. */
    public void bindVersions(String etcd, String cluster, String mainstay) {
        labelled(
                "etcd_server_version",
                "Which version is running. 1 for 'server_version' label with current version.",
                Tags.of("server_version", etcd));
        labelled(
                "etcd_cluster_version",
                "Which version is running. 1 for 'cluster_version' label with current cluster version.",
                Tags.of("cluster_version", cluster.substring(0, cluster.lastIndexOf('.'))));
        labelled(
                "etcd_server_go_version",
                "Which runtime the server runs on. 1 for 'server_go_version' label with current version.",
                Tags.of("server_go_version", "java" + Runtime.version().feature()));
        labelled("mainstay_version", "Which release of Mainstay is running.", Tags.of("version", mainstay));
    }

    /** What the store holds and takes. */
    public void bind(KvView keys, StorageCare store) {
        gauge("etcd_debugging_mvcc_current_revision", "The current revision of store.", keys::revision);
        gauge(
                "etcd_debugging_mvcc_compact_revision",
                "The revision of the last compaction in store.",
                keys::compactRevision);
        gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", () -> count(keys));
        gauge(
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the underlying database physically allocated in bytes.",
                store::sizeBytes);
        gauge(
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Total size of the underlying database logically in use in bytes.",
                store::sizeInUseBytes);
        gauge(
                "etcd_disk_defrag_inflight",
                "Whether or not defrag is active on the member. 1 means active, 0 means not.",
                () -> flag(store.isDefragmenting()));
        gauge("etcd_server_quota_backend_bytes", "Current backend storage quota size in bytes.", store::quotaBytes);
    }

    /** Which of etcd's features there are, by their stages, and which of them are switched on. */
    public void bindFeatures(Map<String, String> stages, Set<String> enabled) {
        stages.forEach((name, stage) -> Gauge.builder("etcd_server_feature_enabled", () -> flag(enabled.contains(name)))
                .description("Whether or not a feature is enabled. 1 is enabled, 0 is not.")
                .tags("name", name, "stage", stage)
                .strongReference(true)
                .register(registry));
    }

    /** Leases and alarms. */
    public void bind(LeaseTable leases, Alarms alarms, long memberId) {
        gauge("mainstay_leases", "Leases there are.", () -> leases.leases().size());
        for (Alarm.Type type : Alarm.Type.values()) {
            Gauge.builder(
                            "etcd_debugging_server_alarms",
                            alarms,
                            now -> flag(now.raised().contains(new Alarm(memberId, type))))
                    .description(
                            "Alarms for every member in cluster. 1 for 'server_id' label with current ID. 2 for 'alarm_type' label with type of this alarm")
                    .tags("server_id", MemberId.hex(memberId), "alarm_type", type.name())
                    .register(registry);
        }
    }

    /** Any other value. */
    public void gauge(String name, String help, DoubleSupplier value) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(help)
                .strongReference(true)
                .register(registry);
    }

    /** Any other count, of something that is held by others. */
    public <T> void counter(String name, String help, T source, ToDoubleFunction<T> count) {
        FunctionCounter.builder(name, source, count).description(help).register(registry);
    }

    /** Any other count, one of several under a name that a label tells apart. */
    public <T> void counter(String name, String help, String label, String value, T source, ToDoubleFunction<T> count) {
        FunctionCounter.builder(name, source, count)
                .description(help)
                .tag(label, value)
                .register(registry);
    }

    private void labelled(String name, String help, Tags tags) {
        Gauge.builder(name, () -> 1)
                .description(help)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private static double count(KvView keys) {
        RangeQuery all = RangeQuery.all(KeyRange.all(), 0).onlyCount();
        return keys.range(all) instanceof Outcome.Ranged ranged ? ranged.count() : Double.NaN;
    }

    private static double flag(boolean on) {
        return on ? 1 : 0;
    }
}
