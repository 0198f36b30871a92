package dev.mainstay.node.observability;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PeerMetersTest {

    private final ExactRegistry registry = new ExactRegistry();
    private final PeerMeters meters = new PeerMeters(registry, 0xa);

    @Test
    void trafficCountsByPeerUnderEtcdsNames() {
        meters.sent(0xb, 100);
        meters.sent(0xb, 20);
        meters.received(0xc, 7);
        meters.sendFailed(0xb);
        meters.answered(0xb, 1_600_000);

        assertThat(scraped())
                .contains(
                        "etcd_network_peer_sent_bytes_total{To=\"b\"} 120",
                        "etcd_network_peer_received_bytes_total{From=\"c\"} 7",
                        "etcd_network_peer_sent_failures_total{To=\"b\"} 1",
                        "etcd_network_peer_round_trip_time_seconds_bucket{To=\"b\",le=\"8.0E-4\"} 0",
                        "etcd_network_peer_round_trip_time_seconds_bucket{To=\"b\",le=\"0.0016\"} 1");
    }

    @Test
    void peersAreActiveWhileTheyAnswerAndKnownWhileTheyAreMembers() {
        meters.known(List.of(0xbL, 0xcL));
        meters.answered(0xb, 1);
        assertThat(scraped())
                .contains(
                        "etcd_network_known_peers{Local=\"a\",Remote=\"b\"} 1",
                        "etcd_network_active_peers{Local=\"a\",Remote=\"b\"} 1",
                        "etcd_network_active_peers{Local=\"a\",Remote=\"c\"} 0");

        meters.silent(0xb);
        meters.silent(0xb);
        meters.known(List.of(0xcL));
        assertThat(scraped())
                .contains(
                        "etcd_network_disconnected_peers_total{Local=\"a\",Remote=\"b\"} 1",
                        "etcd_network_known_peers{Local=\"a\",Remote=\"b\"} 0",
                        "etcd_network_active_peers{Local=\"a\",Remote=\"b\"} 0");
    }

    @Test
    void strangersDoNotFillTheRegistry() {
        LongStream.rangeClosed(1, 1_000).forEach(id -> meters.received(id, 1));

        assertThat(registry.find("etcd_network_peer_received_bytes_total").counters())
                .hasSize(64);
    }

    private List<String> scraped() {
        return new TextExposition(registry).scrape().lines().toList();
    }
}
