package dev.mainstay.node.observability;

import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.snapshot.SnapshotMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Snapshots sent and received, under etcd's names where it has them. A series per peer, from its first snapshot on. */
public final class SnapshotMeters implements SnapshotMeter {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double FIRST_TRANSFER_SECONDS = 0.1;
    private static final int TRANSFER_BUCKETS = 10;
    private static final double FIRST_SYNC_SECONDS = 0.001;
    private static final int SYNC_BUCKETS = 14;

    private final MeterRegistry registry;
    private final Map<Long, Way> sends = new ConcurrentHashMap<>();
    private final Map<Long, Way> receives = new ConcurrentHashMap<>();
    private final Counter sentBytes;
    private final Counter receivedBytes;
    private final DistributionSummary fileSync;
    private final DistributionSummary manifestSync;
    private final DistributionSummary save;

    /** Transfers with one peer. */
    private record Way(AtomicLong inflight, Counter whole, Counter failed, DistributionSummary duration) {

        void ended(boolean all, long nanos) {
            inflight.decrementAndGet();
            (all ? whole : failed).increment();
            if (all) {
                duration.record(nanos / NANOS_PER_SECOND);
            }
        }
    }

    public SnapshotMeters(MeterRegistry registry) {
        this.registry = registry;
        sentBytes = counter("mainstay_snapshot_sent_bytes_total", "Bytes of snapshots sent to peers.", Tags.empty());
        receivedBytes = counter(
                "mainstay_snapshot_received_bytes_total", "Bytes of snapshots received from peers.", Tags.empty());
        fileSync = summary(
                "etcd_snap_db_fsync_duration_seconds",
                "The latency distributions of fsyncing .snap.db file",
                FIRST_SYNC_SECONDS,
                SYNC_BUCKETS,
                Tags.empty());
        manifestSync = summary(
                "etcd_snap_fsync_duration_seconds",
                "The latency distributions of fsync called by snap.",
                FIRST_SYNC_SECONDS,
                SYNC_BUCKETS,
                Tags.empty());
        save = summary(
                "etcd_snap_db_save_total_duration_seconds",
                "The total latency distributions of v3 snapshot save",
                FIRST_TRANSFER_SECONDS,
                TRANSFER_BUCKETS,
                Tags.empty());
    }

    @Override
    public void sendBegan(long to) {
        sent(to).inflight.incrementAndGet();
    }

    @Override
    public void sent(long to, int bytes) {
        sentBytes.increment(bytes);
    }

    @Override
    public void sendEnded(long to, boolean whole, long nanos) {
        sent(to).ended(whole, nanos);
    }

    @Override
    public void receiveBegan(long from) {
        received(from).inflight.incrementAndGet();
    }

    @Override
    public void received(long from, int bytes) {
        receivedBytes.increment(bytes);
    }

    @Override
    public void receiveEnded(long from, boolean whole, long nanos) {
        received(from).ended(whole, nanos);
        if (whole) {
            save.record(nanos / NANOS_PER_SECOND);
        }
    }

    @Override
    public void fileSynced(long nanos) {
        fileSync.record(nanos / NANOS_PER_SECOND);
    }

    @Override
    public void manifestSynced(long nanos) {
        manifestSync.record(nanos / NANOS_PER_SECOND);
    }

    private Way sent(long to) {
        return sends.computeIfAbsent(to, peer -> way("etcd_network_snapshot_send", "sends", Tags.of("To", hex(peer))));
    }

    private Way received(long from) {
        return receives.computeIfAbsent(
                from, peer -> way("etcd_network_snapshot_receive", "receives", Tags.of("From", hex(peer))));
    }

    private Way way(String prefix, String what, Tags peer) {
        AtomicLong inflight = new AtomicLong();
        Gauge.builder(prefix + "_inflights_total", inflight, AtomicLong::doubleValue)
                .description("Total number of inflight snapshot " + what)
                .tags(peer)
                .register(registry);
        return new Way(
                inflight,
                counter(prefix + "_success", "Total number of successful snapshot " + what, peer),
                counter(prefix + "_failures", "Total number of snapshot " + what + " that failed", peer),
                summary(
                        prefix + "_total_duration_seconds",
                        "Total latency distributions of v3 snapshot " + what,
                        FIRST_TRANSFER_SECONDS,
                        TRANSFER_BUCKETS,
                        peer));
    }

    private Counter counter(String name, String help, Tags tags) {
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }

    private DistributionSummary summary(String name, String help, double first, int buckets, Tags tags) {
        return DistributionSummary.builder(name)
                .description(help)
                .tags(tags)
                .serviceLevelObjectives(Exponential.bounds(first, buckets))
                .register(registry);
    }

    private static String hex(long member) {
        return MemberId.hex(member);
    }
}
