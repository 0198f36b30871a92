package dev.mainstay.node.observability;

import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.ConsensusMeter;
import dev.mainstay.node.consensus.PeerMeter;
import dev.mainstay.node.leader.ConsistencyMeter;
import dev.mainstay.node.leader.PromotionMeter;
import dev.mainstay.node.snapshot.SnapshotMeter;
import dev.mainstay.node.watch.WatchMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** What a member counts while it works, under etcd's names. Called on hot threads: every method is an add or two. */
public final class MemberMeters {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double FIRST_DISK_SECONDS = 0.001;
    private static final int DISK_BUCKETS = 14;
    private static final double FIRST_DEFRAG_SECONDS = 0.1;
    private static final int DEFRAG_BUCKETS = 13;
    private static final double FIRST_SNAPSHOT_SECONDS = 0.01;
    private static final int SNAPSHOT_BUCKETS = 17;

    private final MeterRegistry registry;
    private final DistributionSummary walFsync;
    private final DistributionSummary walWrite;
    private final DistributionSummary backendCommit;
    private final DistributionSummary entryCommands;
    private final DistributionSummary exports;
    private final Counter logBytes;
    private final Counter failed;
    private final Counter leaderChanges;
    private final Counter slowDisk;
    private final Counter slowApply;
    private final Counter slowReads;
    private final Counter failedReads;
    private final PeerMeters peers;
    private final Counter events;
    private final Counter refusedWatchers;
    private final AtomicLong watchers = new AtomicLong();
    private final AtomicLong streams = new AtomicLong();
    private final AtomicLong slowWatchers = new AtomicLong();
    private final AtomicLong pendingRevisions = new AtomicLong();
    private final AtomicLong recentBytes = new AtomicLong();
    private final Counter renewed;
    private final Counter promoted;
    private final DistributionSummary defragmentations;
    private final ApplyMeters apply;
    private final SlowLog slowLog;
    private final SnapshotMeters snapshots;
    private final ConsistencyMeters consistency;

    /**
     * @param memberId this member's
     * @param slowApply what takes longer to apply than this is counted and logged; zero for nothing
     */
    public MemberMeters(MeterRegistry registry, long memberId, Duration slowApply) {
        this.registry = registry;
        peers = new PeerMeters(registry, memberId);
        slowReads = counter(
                "etcd_server_slow_read_indexes_total", "The total number of pending read indexes not in sync in time.");
        failedReads = counter("etcd_server_read_indexes_failed_total", "The total number of failed read indexes seen.");
        this.apply = new ApplyMeters(registry);
        this.snapshots = new SnapshotMeters(registry);
        this.consistency = new ConsistencyMeters(registry);
        this.slowLog = SlowLog.of("apply request took too long", slowApply);
        promoted = counter(
                "etcd_server_learner_promote_successes",
                "The total number of successful learner promotions while this member is leader.");
        renewed = counter("etcd_debugging_lease_renewed_total", "The number of renewed leases seen by the leader.");
        defragmentations = DistributionSummary.builder("etcd_disk_backend_defrag_duration_seconds")
                .description("The latency distribution of backend defragmentation.")
                .serviceLevelObjectives(Exponential.bounds(FIRST_DEFRAG_SECONDS, DEFRAG_BUCKETS))
                .register(registry);
        exports = DistributionSummary.builder("etcd_disk_backend_snapshot_duration_seconds")
                .description("The latency distribution of backend snapshots.")
                .serviceLevelObjectives(Exponential.bounds(FIRST_SNAPSHOT_SECONDS, SNAPSHOT_BUCKETS))
                .register(registry);
        gauge("mainstay_watch_window_bytes", "Recent events kept for watchers.", recentBytes);
        walFsync =
                histogram("etcd_disk_wal_fsync_duration_seconds", "The latency distributions of fsync called by WAL.");
        walWrite = histogram(
                "etcd_disk_wal_write_duration_seconds", "The latency distributions of writes to the WAL, fsync aside.");
        backendCommit = histogram(
                "etcd_disk_backend_commit_duration_seconds", "The latency distributions of commit called by backend.");
        entryCommands = DistributionSummary.builder("mainstay_log_entry_commands")
                .description("How many requests share a log entry and its fsync.")
                .serviceLevelObjectives(Exponential.bounds(1, 13))
                .register(registry);
        logBytes = counter("mainstay_log_written_bytes_total", "Bytes of the log entries that were applied.");
        Gauge.builder("etcd_disk_wal_write_bytes_total", logBytes, Counter::count)
                .description("Total number of bytes written in WAL.")
                .register(registry);
        failed = counter("etcd_server_proposals_failed_total", "The total number of failed proposals seen.");
        leaderChanges = counter("etcd_server_leader_changes_seen_total", "The number of leader changes seen.");
        slowDisk = counter("mainstay_slow_disk_total", "Syncs of the log that took longer than an election.");
        this.slowApply = counter("etcd_server_slow_apply_total", "The total number of slow apply requests.");
        refusedWatchers = counter(
                "mainstay_watchers_refused_total", "Watchers refused since there were as many as there may be.");
        events = counter("etcd_debugging_mvcc_events_total", "Total number of events sent by this member.");
        gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.", watchers);
        gauge("etcd_debugging_mvcc_watch_stream_total", "Total number of watch streams.", streams);
        gauge("etcd_debugging_mvcc_slow_watcher_total", "Total number of unsynced slow watchers.", slowWatchers);
        gauge(
                "etcd_debugging_mvcc_pending_events_total",
                "Total number of pending events to be sent.",
                pendingRevisions);
    }

    private DistributionSummary histogram(String name, String help) {
        return DistributionSummary.builder(name)
                .description(help)
                .serviceLevelObjectives(Exponential.bounds(FIRST_DISK_SECONDS, DISK_BUCKETS))
                .register(registry);
    }

    private Counter counter(String name, String help) {
        return Counter.builder(name).description(help).register(registry);
    }

    private void gauge(String name, String help, AtomicLong value) {
        Gauge.builder(name, value, AtomicLong::doubleValue).description(help).register(registry);
    }

    /** The store wrote one batch. Any thread. */
    public void written(long nanos) {
        backendCommit.record(nanos / NANOS_PER_SECOND);
    }

    /** An entry was applied. Apply thread. */
    public void applied(LogPosition position, List<CommandBatch> batches, List<List<Outcome>> outcomes, long nanos) {
        int commands = 0;
        for (CommandBatch batch : batches) {
            commands += batch.commands().size();
        }
        entryCommands.record(commands);
        if (slowLog.isSlow(nanos)) {
            slowApply.increment();
            slowLog.warn("log entry " + position.index() + " with " + commands + " requests", nanos);
        }
        for (int i = 0; i < outcomes.size(); i++) {
            apply.applied(batches.get(i).commands(), outcomes.get(i), nanos / NANOS_PER_SECOND / commands);
        }
    }

    /** A keep-alive was answered with the lease alive. Any thread. */
    public void leaseRenewed() {
        renewed.increment();
    }

    /** A defragmentation took so long. */
    public void defragmented(long nanos) {
        defragmentations.record(nanos / NANOS_PER_SECOND);
    }

    /** A snapshot for a client took so long, whole or not. Any thread. */
    public void exported(long nanos) {
        exports.record(nanos / NANOS_PER_SECOND);
    }

    /** What the leader's judgements of promotions report to. */
    public PromotionMeter promotions() {
        return new PromotionMeter() {
            @Override
            public void promoted() {
                promoted.increment();
            }

            @Override
            public void refused(ErrorCode why) {
                Counter.builder("etcd_server_learner_promote_failures")
                        .description("The total number of failed learner promotions while this member is leader.")
                        .tags("Reason", promotionFailure(why))
                        .register(registry)
                        .increment();
            }
        };
    }

    /** etcd counts by its inner names where they differ from those on the wire. */
    private static String promotionFailure(ErrorCode why) {
        return switch (why) {
            case MEMBER_NOT_FOUND -> "membership: ID not found";
            case MEMBER_NOT_LEARNER -> "membership: can only promote a learner member";
            default -> why.message();
        };
    }

    /** What is known of the other members. */
    public PeerMeters peers() {
        return peers;
    }

    /** What snapshots report to. */
    public SnapshotMeter snapshots() {
        return snapshots;
    }

    /** What comparisons of members report to. */
    public ConsistencyMeter consistency() {
        return consistency;
    }

    /** What the log reports to. */
    public ConsensusMeter consensus() {
        return new ConsensusMeter() {
            @Override
            public PeerMeter peers() {
                return peers;
            }

            @Override
            public void readsTimedOut() {
                slowReads.increment();
            }

            @Override
            public void readRoundFailed() {
                failedReads.increment();
            }

            @Override
            public void synced(long nanos) {
                walFsync.record(nanos / NANOS_PER_SECOND);
            }

            @Override
            public void written(long nanos) {
                walWrite.record(nanos / NANOS_PER_SECOND);
            }

            @Override
            public void entryApplied(int bytes) {
                logBytes.increment(bytes);
            }

            @Override
            public void failed(int commands, ErrorCode why) {
                failed.increment(commands);
            }

            @Override
            public void leaderChanged(long leaderId) {
                if (leaderId != 0) {
                    leaderChanges.increment();
                }
            }

            @Override
            public void slowDisk(long nanos) {
                slowDisk.increment();
            }
        };
    }

    /** What the watch hub reports to. */
    public WatchMeter watch() {
        return new WatchMeter() {
            @Override
            public void watchers(int count) {
                watchers.set(count);
            }

            @Override
            public void streams(int count) {
                streams.set(count);
            }

            @Override
            public void slowWatchers(int count) {
                slowWatchers.set(count);
            }

            @Override
            public void pendingRevisions(long count) {
                pendingRevisions.set(count);
            }

            @Override
            public void windowBytes(long bytes) {
                recentBytes.set(bytes);
            }

            @Override
            public void refused() {
                refusedWatchers.increment();
            }

            @Override
            public void eventsSent(int count) {
                events.increment(count);
            }
        };
    }
}
