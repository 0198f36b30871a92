package dev.mainstay.e2e.clients;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the alerts and the dashboard that etcd publishes (its {@code contrib/mixin}) read from a member: the series of each
 * query with the labels it selects by and groups by. {@code up} is Prometheus' own.
 */
final class PublishedQueries {

    private static final String TRIPS = "etcd_network_peer_round_trip_time_seconds_bucket To le";
    private static final String FSYNCS = "etcd_disk_wal_fsync_duration_seconds_bucket le";
    private static final String COMMITS = "etcd_disk_backend_commit_duration_seconds_bucket le";
    private static final String SIZE = "etcd_mvcc_db_total_size_in_bytes";
    private static final String HANDLED = "grpc_server_handled_total grpc_service grpc_method grpc_code grpc_type";
    private static final String WATCH = "grpc_service=\"etcdserverpb.Watch\" grpc_type=\"bidi_stream\"";
    private static final String LEASE = "grpc_service=\"etcdserverpb.Lease\" grpc_type=\"bidi_stream\"";

    private static final Map<String, List<String>> QUERIES = new TreeMap<>(Map.ofEntries(
            Map.entry("alert etcdMembersDown", List.of("etcd_network_peer_sent_failures_total To")),
            Map.entry("alert etcdNoLeader", List.of("etcd_server_has_leader")),
            Map.entry("alert etcdHighNumberOfLeaderChanges", List.of("etcd_server_leader_changes_seen_total")),
            Map.entry("alert etcdHighNumberOfFailedGRPCRequests", List.of(HANDLED)),
            Map.entry(
                    "alert etcdGRPCRequestsSlow",
                    List.of("grpc_server_handling_seconds_bucket grpc_type=\"unary\" grpc_service grpc_method le")),
            Map.entry("alert etcdMemberCommunicationSlow", List.of(TRIPS)),
            Map.entry("alert etcdHighNumberOfFailedProposals", List.of("etcd_server_proposals_failed_total")),
            Map.entry("alert etcdHighFsyncDurations", List.of(FSYNCS)),
            Map.entry("alert etcdHighCommitDurations", List.of(COMMITS)),
            Map.entry("alert etcdDatabaseQuotaLowSpace", List.of(SIZE, "etcd_server_quota_backend_bytes")),
            Map.entry("alert etcdExcessiveDatabaseGrowth", List.of(SIZE, "etcd_server_quota_backend_bytes")),
            Map.entry(
                    "alert etcdDatabaseHighFragmentationRatio",
                    List.of(SIZE, "etcd_mvcc_db_total_size_in_use_in_bytes")),
            Map.entry("panel Up", List.of("etcd_server_has_leader")),
            Map.entry("panel RPC rate", List.of("grpc_server_started_total grpc_type=\"unary\"", HANDLED)),
            Map.entry(
                    "panel Active streams",
                    List.of(
                            "grpc_server_started_total " + WATCH,
                            "grpc_server_handled_total " + WATCH,
                            "grpc_server_started_total " + LEASE,
                            "grpc_server_handled_total " + LEASE)),
            Map.entry("panel DB size", List.of(SIZE)),
            Map.entry("panel Disk sync duration", List.of(FSYNCS, COMMITS)),
            Map.entry("panel Memory", List.of("process_resident_memory_bytes")),
            Map.entry("panel Client traffic in", List.of("etcd_network_client_grpc_received_bytes_total")),
            Map.entry("panel Client traffic out", List.of("etcd_network_client_grpc_sent_bytes_total")),
            Map.entry("panel Peer traffic in", List.of("etcd_network_peer_received_bytes_total")),
            Map.entry("panel Peer traffic out", List.of("etcd_network_peer_sent_bytes_total")),
            Map.entry(
                    "panel Raft proposals",
                    List.of(
                            "etcd_server_proposals_failed_total",
                            "etcd_server_proposals_pending",
                            "etcd_server_proposals_committed_total",
                            "etcd_server_proposals_applied_total")),
            Map.entry("panel Total leader elections per day", List.of("etcd_server_leader_changes_seen_total")),
            Map.entry("panel Peer round trip time", List.of(TRIPS))));

    private static final Path DASHBOARD = Path.of("../operator/src/main/resources/dev/mainstay/operator/dashboard.txt");
    private static final Pattern SELECTED = Pattern.compile("([a-z][a-z_:]*)\\{members");
    private static final Pattern GROUPED = Pattern.compile("sum by \\(([^)]*)\\)");

    private PublishedQueries() {}

    /** The names of the series that the operator's dashboard reads, with the labels that it groups them by. */
    static Set<String> dashboard() throws IOException {
        Set<String> selectors = new TreeSet<>();
        for (String line : Files.readAllLines(DASHBOARD)) {
            String[] panel = line.split(" \\| ", 4);
            if (line.startsWith("#") || panel.length < 4) {
                continue;
            }
            Matcher grouped = GROUPED.matcher(panel[3]);
            String labels = grouped.find()
                    ? grouped.group(1).replace(", ", " ").replace("pod", "").strip()
                    : "";
            for (Matcher names = SELECTED.matcher(panel[3]); names.find(); ) {
                selectors.add((names.group(1) + " " + labels).strip().replaceAll(" +", " "));
            }
        }
        return selectors;
    }

    /** What of these finds nothing in a member's metrics. */
    static Set<String> unanswered(String metrics, Set<String> selectors) {
        List<Set<String>> series = series(metrics);
        Set<String> unanswered = new TreeSet<>(selectors);
        unanswered.removeIf(
                selector -> series.stream().anyMatch(words -> words.containsAll(List.of(selector.split(" ")))));
        return unanswered;
    }

    private static List<Set<String>> series(String metrics) {
        return metrics.lines()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .map(PublishedQueries::words)
                .toList();
    }

    /** The queries, with what they look for, that find nothing in a member's metrics. */
    static Set<String> unanswered(String metrics) {
        List<Set<String>> series = series(metrics);
        Set<String> unanswered = new TreeSet<>();
        QUERIES.forEach((query, selectors) -> selectors.stream()
                .filter(selector -> series.stream().noneMatch(words -> words.containsAll(List.of(selector.split(" ")))))
                .forEach(selector -> unanswered.add(query + ": " + selector)));
        return unanswered;
    }

    /** A sample's name, its labels, and its labels with their values. */
    private static Set<String> words(String sample) {
        String series = sample.substring(0, sample.lastIndexOf(' '));
        int brace = series.indexOf('{');
        if (brace < 0) {
            return Set.of(series);
        }
        Set<String> pairs = Arrays.stream(
                        series.substring(brace + 1, series.length() - 1).split(",(?=[a-zA-Z_]+=)"))
                .collect(toSet());
        Set<String> words = new HashSet<>(pairs);
        pairs.forEach(pair -> words.add(pair.substring(0, pair.indexOf('='))));
        words.add(series.substring(0, brace));
        return words;
    }
}
