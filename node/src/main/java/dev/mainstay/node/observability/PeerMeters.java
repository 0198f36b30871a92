package dev.mainstay.node.observability;

import dev.mainstay.node.consensus.PeerMeter;
import dev.mainstay.node.membership.MemberId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The traffic between this member and each other one, under etcd's names. Bytes are those of messages, without gRPC's
 * frames, as etcd counts them. A series per peer, from its first message on. Any thread.
 */
public final class PeerMeters implements PeerMeter {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double FIRST_TRIP_SECONDS = 0.0001;
    private static final int TRIP_BUCKETS = 16;

    /** A cluster has at most nine members; the rest is for those that come and go, and against strangers. */
    private static final int MOST_PEERS = 64;

    private final MeterRegistry registry;
    private final String self;
    private final Counter lateHeartbeats;
    private final Map<Long, Peer> peers = new ConcurrentHashMap<>();

    private record Peer(
            Counter sent,
            Counter failures,
            Counter received,
            Counter receiveFailures,
            Counter disconnected,
            DistributionSummary trips,
            AtomicBoolean known,
            AtomicBoolean active) {}

    /** @param memberId this member's */
    public PeerMeters(MeterRegistry registry, long memberId) {
        this.registry = registry;
        this.self = MemberId.hex(memberId);
        lateHeartbeats = counter(
                "etcd_server_heartbeat_send_failures_total",
                "The total number of leader heartbeat send failures.",
                Tags.empty());
    }

    @Override
    public void sent(long to, int bytes) {
        peer(to).ifPresent(peer -> peer.sent.increment(bytes));
    }

    @Override
    public void sendFailed(long to) {
        peer(to).ifPresent(peer -> peer.failures.increment());
    }

    @Override
    public void received(long from, int bytes) {
        peer(from).ifPresent(peer -> peer.received.increment(bytes));
    }

    @Override
    public void receiveFailed(long from) {
        peer(from).ifPresent(peer -> peer.receiveFailures.increment());
    }

    @Override
    public void heartbeatLate(long to) {
        lateHeartbeats.increment();
    }

    /** These and no others are members of the cluster. */
    public void known(Collection<Long> others) {
        Set<Long> now = new HashSet<>(others);
        now.forEach(this::peer);
        peers.forEach((id, peer) -> {
            peer.known.set(now.contains(id));
            if (!now.contains(id)) {
                peer.active.set(false);
            }
        });
    }

    /** A peer answered a call, after so many nanoseconds. */
    public void answered(long id, long nanos) {
        peer(id).ifPresent(peer -> {
            peer.trips.record(nanos / NANOS_PER_SECOND);
            peer.active.set(true);
        });
    }

    /** A peer didn't answer. */
    public void silent(long id) {
        peer(id).ifPresent(peer -> {
            if (peer.active.compareAndSet(true, false)) {
                peer.disconnected.increment();
            }
        });
    }

    private Optional<Peer> peer(long id) {
        Peer peer = peers.get(id);
        if (peer != null) {
            return Optional.of(peer);
        }
        return peers.size() < MOST_PEERS ? Optional.of(peers.computeIfAbsent(id, this::fresh)) : Optional.empty();
    }

    private Peer fresh(long id) {
        String hex = MemberId.hex(id);
        Tags to = Tags.of("To", hex);
        Tags pair = Tags.of("Local", self, "Remote", hex);
        Peer peer = new Peer(
                counter("etcd_network_peer_sent_bytes_total", "The total number of bytes sent to peers.", to),
                counter("etcd_network_peer_sent_failures_total", "The total number of send failures from peers.", to),
                counter(
                        "etcd_network_peer_received_bytes_total",
                        "The total number of bytes received from peers.",
                        Tags.of("From", hex)),
                counter(
                        "etcd_network_peer_received_failures_total",
                        "The total number of receive failures from peers.",
                        Tags.of("From", hex)),
                counter("etcd_network_disconnected_peers_total", "The total number of disconnected peers.", pair),
                DistributionSummary.builder("etcd_network_peer_round_trip_time_seconds")
                        .description("Round-Trip-Time histogram between peers")
                        .tags(to)
                        .serviceLevelObjectives(Exponential.bounds(FIRST_TRIP_SECONDS, TRIP_BUCKETS))
                        .register(registry),
                new AtomicBoolean(),
                new AtomicBoolean());
        gauge("etcd_network_known_peers", "The current number of known peers.", pair, peer.known);
        gauge("etcd_network_active_peers", "The current number of active peer connections.", pair, peer.active);
        return peer;
    }

    private void gauge(String name, String help, Tags pair, AtomicBoolean value) {
        Gauge.builder(name, value, flag -> flag.get() ? 1 : 0)
                .description(help)
                .tags(pair)
                .register(registry);
    }

    private Counter counter(String name, String help, Tags tags) {
        return Counter.builder(name).description(help).tags(tags).register(registry);
    }
}
