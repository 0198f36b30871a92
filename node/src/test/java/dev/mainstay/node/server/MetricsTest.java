package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.PutRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {

    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[^{}]*})? (NaN|[+-]Inf|-?[0-9.]+(?:E-?[0-9]+)?)");

    /** Names of the contract with their types. */
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("etcd_server_has_leader", "gauge"),
            Map.entry("etcd_server_is_leader", "gauge"),
            Map.entry("etcd_server_is_learner", "gauge"),
            Map.entry("etcd_server_id", "gauge"),
            Map.entry("etcd_server_version", "gauge"),
            Map.entry("etcd_cluster_version", "gauge"),
            Map.entry("etcd_server_leader_changes_seen_total", "counter"),
            Map.entry("etcd_server_proposals_committed_total", "gauge"),
            Map.entry("etcd_server_proposals_applied_total", "gauge"),
            Map.entry("etcd_server_proposals_pending", "gauge"),
            Map.entry("etcd_server_proposals_failed_total", "counter"),
            Map.entry("etcd_server_slow_apply_total", "counter"),
            Map.entry("etcd_server_quota_backend_bytes", "gauge"),
            Map.entry("etcd_server_health_success", "counter"),
            Map.entry("etcd_server_health_failures", "counter"),
            Map.entry("etcd_mvcc_db_total_size_in_bytes", "gauge"),
            Map.entry("etcd_mvcc_db_total_size_in_use_in_bytes", "gauge"),
            Map.entry("etcd_mvcc_put_total", "counter"),
            Map.entry("etcd_mvcc_range_total", "counter"),
            Map.entry("etcd_mvcc_delete_total", "counter"),
            Map.entry("etcd_mvcc_txn_total", "counter"),
            Map.entry("etcd_disk_wal_fsync_duration_seconds", "histogram"),
            Map.entry("etcd_disk_backend_commit_duration_seconds", "histogram"),
            Map.entry("etcd_network_client_grpc_received_bytes_total", "counter"),
            Map.entry("etcd_network_client_grpc_sent_bytes_total", "counter"),
            Map.entry("etcd_debugging_mvcc_current_revision", "gauge"),
            Map.entry("etcd_debugging_mvcc_compact_revision", "gauge"),
            Map.entry("etcd_debugging_mvcc_watcher_total", "gauge"),
            Map.entry("etcd_debugging_mvcc_watch_stream_total", "gauge"),
            Map.entry("etcd_debugging_mvcc_slow_watcher_total", "gauge"),
            Map.entry("etcd_debugging_mvcc_pending_events_total", "gauge"),
            Map.entry("etcd_debugging_mvcc_events_total", "counter"),
            Map.entry("etcd_server_apply_duration_seconds", "histogram"),
            Map.entry("etcd_server_request_duration_seconds", "histogram"),
            Map.entry("etcd_server_range_duration_seconds", "histogram"),
            Map.entry("etcd_server_client_requests_total", "counter"),
            Map.entry("etcd_server_feature_enabled", "gauge"),
            Map.entry("etcd_server_heartbeat_send_failures_total", "counter"),
            Map.entry("etcd_server_slow_read_indexes_total", "counter"),
            Map.entry("etcd_server_read_indexes_failed_total", "counter"),
            Map.entry("etcd_server_snapshot_apply_in_progress_total", "gauge"),
            Map.entry("etcd_mvcc_hash_duration_seconds", "histogram"),
            Map.entry("etcd_mvcc_hash_rev_duration_seconds", "histogram"),
            Map.entry("etcd_disk_backend_defrag_duration_seconds", "histogram"),
            Map.entry("etcd_debugging_mvcc_keys_total", "gauge"),
            Map.entry("etcd_debugging_mvcc_db_compaction_keys_total", "counter"),
            Map.entry("etcd_debugging_mvcc_total_put_size_in_bytes", "gauge"),
            Map.entry("etcd_debugging_lease_granted_total", "counter"),
            Map.entry("etcd_debugging_lease_revoked_total", "counter"),
            Map.entry("etcd_debugging_lease_renewed_total", "counter"),
            Map.entry("etcd_debugging_lease_ttl_total", "histogram"),
            Map.entry("etcd_debugging_server_lease_expired_total", "counter"),
            Map.entry("etcd_debugging_mvcc_db_compaction_last", "gauge"),
            Map.entry("etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds", "histogram"),
            Map.entry("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds", "histogram"),
            Map.entry("etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds", "histogram"),
            Map.entry("mainstay_disk_size_bytes", "gauge"),
            Map.entry("mainstay_disk_free_bytes", "gauge"),
            Map.entry("etcd_disk_defrag_inflight", "gauge"),
            Map.entry("etcd_disk_wal_write_bytes_total", "gauge"),
            Map.entry("etcd_disk_wal_write_duration_seconds", "histogram"),
            Map.entry("etcd_mvcc_db_open_read_transactions", "gauge"),
            Map.entry("etcd_network_server_stream_failures_total", "counter"),
            Map.entry("mainstay_consistency_checks_total", "counter"),
            Map.entry("mainstay_consistency_differing_members_total", "counter"),
            Map.entry("mainstay_proposals_waiting_bytes", "gauge"),
            Map.entry("mainstay_batches_waiting", "gauge"),
            Map.entry("mainstay_peer_calls_running", "gauge"),
            Map.entry("mainstay_log_last_index", "gauge"),
            Map.entry("mainstay_log_last_term", "gauge"),
            Map.entry("mainstay_ranges_waiting", "gauge"),
            Map.entry("mainstay_ranges_running", "gauge"),
            Map.entry("mainstay_range_bytes_in_flight", "gauge"),
            Map.entry("mainstay_block_cache_bytes", "gauge"),
            Map.entry("mainstay_write_buffer_bytes", "gauge"),
            Map.entry("mainstay_watch_window_bytes", "gauge"),
            Map.entry("grpc_server_started_total", "counter"),
            Map.entry("grpc_server_handled_total", "counter"),
            Map.entry("grpc_server_msg_received_total", "counter"),
            Map.entry("grpc_server_msg_sent_total", "counter"),
            Map.entry("process_resident_memory_bytes", "gauge"),
            Map.entry("process_open_fds", "gauge"),
            Map.entry("process_cpu_seconds_total", "counter"));

    @TempDir
    Path temp = Path.of("");

    @Test
    void everyNameIsThereOnceWithItsTypeAndEveryLineParses() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            member.kv()
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k"))
                            .setValue(ByteString.copyFromUtf8("v"))
                            .build());

            Map<String, String> types = new TreeMap<>();
            Map<String, Double> samples = scrape(member, types);

            assertThat(types).containsAllEntriesOf(NAMES).doesNotContainKey("grpc_server_handling_seconds");
            assertThat(samples)
                    .containsEntry("etcd_server_has_leader", 1.0)
                    .containsEntry("etcd_mvcc_put_total", 1.0)
                    .containsEntry("etcd_debugging_mvcc_current_revision", 2.0)
                    .containsEntry(put("grpc_server_started_total", ""), 1.0)
                    .containsEntry(put("grpc_server_handled_total", "grpc_code=\"OK\","), 1.0)
                    .containsEntry(put("grpc_server_handled_total", "grpc_code=\"Unavailable\","), 0.0);
            assertThat(samples)
                    .containsEntry("etcd_debugging_mvcc_keys_total", 1.0)
                    .containsEntry("etcd_debugging_mvcc_total_put_size_in_bytes", 2.0)
                    .containsEntry(
                            "etcd_server_apply_duration_seconds_count{op=\"Put\",success=\"true\",version=\"v3\"}", 1.0)
                    .containsEntry("etcd_server_request_duration_seconds_count{success=\"true\",type=\"put\"}", 1.0)
                    .containsEntry(
                            "etcd_server_client_requests_total{client_api_version=\"unknown\",type=\"unary\"}", 1.0);
            assertThat(samples.get("etcd_disk_backend_commit_duration_seconds_count"))
                    .isGreaterThanOrEqualTo(1);
            assertThat(samples.get("etcd_disk_wal_write_duration_seconds_count"))
                    .isGreaterThanOrEqualTo(1);
            assertThat(samples.get("etcd_disk_wal_write_bytes_total")).isGreaterThanOrEqualTo(1);
            assertThat(samples.get("process_resident_memory_bytes")).isGreaterThan(1e6);
            assertThat(samples.get("etcd_disk_wal_fsync_duration_seconds_count"))
                    .isGreaterThanOrEqualTo(1);
        }
    }

    @Test
    void histogramsHaveEtcdsBuckets() throws Exception {
        try (RunningMember member = new RunningMember(temp, "--metrics=extensive")) {
            Map<String, String> types = new TreeMap<>();
            Map<String, Double> samples = scrape(member, types);

            for (String bound : List.of("0.001", "0.002", "0.512", "8.192", "+Inf")) {
                assertThat(samples).containsKey("etcd_disk_wal_fsync_duration_seconds_bucket{le=\"" + bound + "\"}");
            }
            assertThat(types).containsEntry("grpc_server_handling_seconds", "histogram");
        }
    }

    /** The series of Put; labels come sorted by name. */
    private static String put(String name, String code) {
        return name + "{" + code + "grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";
    }

    private static Map<String, Double> scrape(RunningMember member, Map<String, String> types) throws IOException {
        String answer = member.get("/metrics");
        assertThat(answer).contains("text/plain; version=0.0.4");
        Map<String, Double> samples = new TreeMap<>();
        for (String line : answer.substring(answer.indexOf("\r\n\r\n") + 4).split("\n", -1)) {
            if (line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", -1);
                assertThat(types.put(words[2], words[3]))
                        .as("second family " + words[2])
                        .isNull();
            } else if (!line.isEmpty() && !line.startsWith("# HELP ")) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                String value = sample.group(3).replace("Inf", "Infinity");
                String series = sample.group(1) + (sample.group(2) == null ? "" : sample.group(2));
                assertThat(samples.put(series, Double.valueOf(value)))
                        .as("second " + series)
                        .isNull();
            }
        }
        return samples;
    }
}
