package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.StatusRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The plain HTTP endpoints on the client port, as probes and Prometheus ask them. */
final class HttpEndpointsE2E extends OnBothServers {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterAll
    void closeClient() {
        http.close();
    }

    @Test
    void healthIsTrueAndFollowsAlarms() throws Exception {
        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/health").body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");
        assertThat(get("/health?serializable=true").body()).isEqualTo("{\"health\":\"true\",\"reason\":\"\"}");

        alarm(AlarmRequest.AlarmAction.ACTIVATE);
        try {
            assertThat(get("/health").statusCode()).isEqualTo(503);
            assertThat(get("/health").body()).startsWith("{\"health\":\"false\",\"reason\":\"ALARM NOSPACE\"}");
            assertThat(get("/health?exclude=NOSPACE").statusCode()).isEqualTo(200);
            assertThat(get("/readyz").statusCode()).isEqualTo(200);
        } finally {
            alarm(AlarmRequest.AlarmAction.DEACTIVATE);
        }
        assertThat(get("/health").statusCode()).isEqualTo(200);
    }

    @Test
    void livezAndReadyzListTheirChecks() throws Exception {
        assertThat(get("/livez").body()).isEqualTo("ok\n");
        assertThat(get("/readyz").body()).isEqualTo("ok\n");
        assertThat(get("/livez?verbose").body())
                .contains("[+]serializable_read ok\n")
                .endsWith("ok\n");
        assertThat(get("/readyz?verbose").body())
                .contains("[+]data_corruption ok\n", "[+]serializable_read ok\n", "[+]linearizable_read ok\n");
        assertThat(get("/livez/serializable_read").statusCode()).isEqualTo(200);
        assertThat(get("/readyz/linearizable_read").statusCode()).isEqualTo(200);
        assertThat(get("/readyz?exclude=linearizable_read&verbose").statusCode())
                .isEqualTo(200);
        assertThat(get("/readyz/nonsense").statusCode()).isEqualTo(404);
    }

    @Test
    void versionIsJson() throws Exception {
        HttpResponse<String> version = get("/version");

        assertThat(version.statusCode()).isEqualTo(200);
        assertThat(version.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(version.body())
                .matches("\\{\"etcdserver\":\"" + product().versionPattern() + "\",\"etcdcluster\":\"3\\.[57]\\.0\""
                        + (product().reportsStorageVersion() ? ",\"storage\":\"3\\.7\\.0\"" : "") + "}\n?");
        assertThat(client().maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getVersion())
                .matches(product().versionPattern());
    }

    @Test
    void metricsHaveEtcdsNamesAndTellTheTruth() throws Exception {
        etcdctl().out("put", "metrics/a", "v");
        HttpResponse<String> metrics = get("/metrics");

        assertThat(metrics.statusCode()).isEqualTo(200);
        assertThat(metrics.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
        String body = metrics.body();
        for (String positive : new String[] {
            "etcd_server_has_leader",
            "etcd_server_is_leader",
            "etcd_server_proposals_committed_total",
            "etcd_server_proposals_applied_total",
            "etcd_server_quota_backend_bytes",
            "etcd_mvcc_db_total_size_in_bytes",
            "etcd_mvcc_db_total_size_in_use_in_bytes",
            "etcd_mvcc_put_total",
            "etcd_disk_wal_fsync_duration_seconds_count",
            "etcd_disk_backend_commit_duration_seconds_count",
            "etcd_network_client_grpc_received_bytes_total",
            "etcd_network_client_grpc_sent_bytes_total",
            "etcd_debugging_mvcc_keys_total",
            "etcd_debugging_mvcc_current_revision",
            "process_resident_memory_bytes",
            "process_cpu_seconds_total",
            "process_open_fds",
            "process_max_fds",
            "process_start_time_seconds"
        }) {
            assertThat(sample(body, positive)).as(positive).isPositive();
        }
        for (String present : new String[] {
            "etcd_server_leader_changes_seen_total",
            "etcd_server_proposals_pending",
            "etcd_server_proposals_failed_total",
            "etcd_mvcc_delete_total",
            "etcd_mvcc_range_total",
            "etcd_mvcc_txn_total",
            "etcd_debugging_mvcc_watcher_total",
            "etcd_debugging_mvcc_watch_stream_total",
            "etcd_debugging_mvcc_slow_watcher_total"
        }) {
            assertThat(sample(body, present)).as(present).isNotNegative();
        }
        assertThat(sample(body, "etcd_debugging_mvcc_current_revision")).isEqualTo((double) revision());
        assertThat(body)
                .contains("# TYPE etcd_disk_wal_fsync_duration_seconds histogram")
                .containsPattern("etcd_disk_wal_fsync_duration_seconds_bucket\\{le=\"0\\.001\"} ")
                .containsPattern(
                        "etcd_server_version\\{server_version=\"" + product().versionPattern() + "\"} 1")
                .containsPattern(
                        "grpc_server_handled_total\\{[^}]*grpc_code=\"OK\"[^}]*grpc_method=\"Put\"[^}]*} [1-9]");
    }

    @Test
    void othersAreRefusedAsEtcdDoes() throws Exception {
        assertThat(get("/nonsense").statusCode()).isEqualTo(404);
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/").body()).isEqualTo("404 page not found\n");
        HttpResponse<String> post = send(HttpRequest.newBuilder(uri("/health"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build());
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(post.headers().firstValue("Allow")).contains("GET");
    }

    private void alarm(AlarmRequest.AlarmAction action) {
        long member = client().maintenance()
                .status(StatusRequest.getDefaultInstance())
                .getHeader()
                .getMemberId();
        client().maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(action)
                        .setMemberID(member)
                        .setAlarm(AlarmType.NOSPACE)
                        .build());
    }

    /** The value of a series without labels; one tool of etcd's parses such lines just like this. */
    private static double sample(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series " + name));
    }

    private URI uri(String path) {
        return URI.create(server().endpoint() + path);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
