package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What members tell of each other: by the names that etcd's dashboards and alerts know, on leader and follower. */
@Tag("cluster")
class PeerMetricsE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(Program.class)
    void peersAreMeasuredAndMissed(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(program, dir, 3, network, "--metrics=extensive")) {
            int leader = cluster.awaitLeader();
            int follower = (leader + 1) % 3;
            int lost = (leader + 2) % 3;
            for (int i = 0; i < 20; i++) {
                cluster.client(leader)
                        .kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k" + i))
                                .setValue(ByteString.copyFrom(new byte[10_000]))
                                .build());
            }
            String other = id(cluster, lost);

            for (int member : new int[] {leader, follower}) {
                String self = id(cluster, member);
                String pair = "{Local=\"" + self + "\",Remote=\"" + other + "\"}";
                await(cluster, member, "etcd_network_active_peers" + pair, 1);
                if (program == Program.MAINSTAY) {
                    // etcd 3.5 knows its peers only after a restart or a change of members.
                    await(cluster, member, "etcd_network_known_peers" + pair, 1);
                }
                await(cluster, member, "etcd_network_peer_round_trip_time_seconds_count{To=\"" + other + "\"}", 1);
            }
            await(cluster, leader, "etcd_network_peer_sent_bytes_total{To=\"" + other + "\"}", 200_000);
            await(cluster, leader, "etcd_network_peer_received_bytes_total{From=\"" + other + "\"}", 1);
            String fromLeader = "etcd_network_peer_received_bytes_total{From=\"" + id(cluster, leader) + "\"}";
            await(cluster, lost, fromLeader, 200_000);
            await(cluster, lost, "etcd_network_peer_sent_bytes_total{To=\"" + id(cluster, leader) + "\"}", 1);

            cluster.member(lost).kill9();
            for (int member : new int[] {leader, follower}) {
                String pair = "{Local=\"" + id(cluster, member) + "\",Remote=\"" + other + "\"}";
                await(cluster, member, "etcd_network_disconnected_peers_total" + pair, 1);
                await(cluster, member, "etcd_network_peer_sent_failures_total{To=\"" + other + "\"}", 1);
                assertThat(metrics(cluster, member)).containsEntry("etcd_network_active_peers" + pair, 0.0);
                assertThat(PublishedQueries.unanswered(text(cluster, member)))
                        .as("what etcd's dashboard and alerts ask of member %d", member)
                        .isEmpty();
            }
            if (program == Program.MAINSTAY) {
                assertThat(PublishedQueries.dashboard()).hasSizeGreaterThan(20);
                assertThat(PublishedQueries.unanswered(text(cluster, leader), PublishedQueries.dashboard()))
                        .as("what the operator's dashboard asks of a member")
                        .isEmpty();
                awaitLog(cluster, leader, "member " + other + " (m" + lost + ") has been silent since ");
            }

            cluster.start(lost);
            String pair = "{Local=\"" + id(cluster, leader) + "\",Remote=\"" + other + "\"}";
            await(cluster, leader, "etcd_network_active_peers" + pair, 1);
            if (program == Program.MAINSTAY) {
                awaitLog(cluster, leader, "member " + other + " (m" + lost + ") answers again, after ");
                assertThat(cluster.member(leader).log().split("has been silent since", -1))
                        .hasSize(2);
            }
        }
    }

    private static void awaitLog(TestCluster cluster, int member, String text) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!cluster.member(member).log().contains(text)) {
            assertThat(System.nanoTime())
                    .as(() ->
                            "no \"" + text + "\" in\n" + cluster.member(member).logTail())
                    .isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private static void await(TestCluster cluster, int member, String series, double least) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Map<String, Double> now = metrics(cluster, member);
            if (now.getOrDefault(series, -1.0) >= least) {
                return;
            }
            assertThat(System.nanoTime())
                    .as(() -> series + " is " + now.get(series) + " and not " + least)
                    .isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private static Map<String, Double> metrics(TestCluster cluster, int member)
            throws IOException, InterruptedException {
        Map<String, Double> values = new HashMap<>();
        text(cluster, member)
                .lines()
                .filter(line -> line.startsWith("etcd_network_"))
                .forEach(line -> {
                    int blank = line.lastIndexOf(' ');
                    values.put(line.substring(0, blank), Double.valueOf(line.substring(blank + 1)));
                });
        return values;
    }

    private static String text(TestCluster cluster, int member) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(
                                            URI.create(cluster.endpoints().get(member) + "/metrics"))
                                    .timeout(Duration.ofSeconds(20))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static String id(TestCluster cluster, int member) {
        return Long.toHexString(cluster.client(member)
                .maintenance()
                .status(StatusRequest.getDefaultInstance())
                .getHeader()
                .getMemberId());
    }
}
