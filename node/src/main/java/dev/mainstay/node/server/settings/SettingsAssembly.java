package dev.mainstay.node.server.settings;

import dev.mainstay.node.tls.TlsProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Builds the settings of a node from the values of its flags, with the checks that span several flags. */
final class SettingsAssembly {

    private static final long DEFAULT_QUOTA_BYTES = 2L << 30;
    private static final long SUGGESTED_QUOTA_BYTES = 8L << 30;
    private static final int SUGGESTED_REQUEST_BYTES = 10 << 20;
    private static final int MAX_REQUEST_BYTES = 512 << 20;
    private static final int MAX_ELECTION_MILLIS = 50_000;
    private static final Set<String> LEVELS = Set.of("debug", "info", "warn", "error", "dpanic", "panic", "fatal");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.%\\w]*");

    private static final Pattern COLLECTOR = Pattern.compile("([\\w.-]+|\\[[0-9a-fA-F:.%]+])?:[0-9]{1,5}");
    private static final int MILLION = 1_000_000;
    private static final int MAX_AUDIT_MIB = 1 << 20;
    private static final int MAX_AUDIT_FILES = 1000;

    private final FlagValues values;
    private final boolean fromFile;
    private final Consumer<String> warnings;

    SettingsAssembly(FlagValues values, boolean fromFile, Consumer<String> warnings) {
        this.values = values;
        this.fromFile = fromFile;
        this.warnings = warnings;
    }

    NodeSettings settings() {
        NodeSettings.Cluster cluster = cluster();
        NodeSettings.Listen listen = listen();
        TlsProtocol protocol = TlsFlags.protocol(values);
        Optional<NodeSettings.Tls> peerTls = new PeerTlsAssembly(values, warnings).of(listen, cluster, protocol);
        Optional<NodeSettings.Tls> clientTls = new ClientTlsAssembly(values, warnings).of(listen, protocol);
        if ((peerTls.isPresent() || clientTls.isPresent())
                && !protocol.outdatedSuites().isEmpty()) {
            warnings.accept("--cipher-suites " + String.join(",", protocol.outdatedSuites())
                    + " has no effect: this Java takes them for insecure and doesn't offer them");
        }
        boolean asksClients = clientTls.filter(NodeSettings.Tls::asksClients).isPresent();
        return new NodeSettings(
                identity(),
                cluster,
                listen,
                clients(),
                peerTls,
                clientTls,
                asksClients && values.bool("client-cert-auth"),
                raft(),
                limits(),
                compaction(),
                checks(),
                new AuthAssembly(values).auth(),
                logging(),
                tracing(),
                audit(),
                new ArchiveAssembly(values).archive());
    }

    private Optional<NodeSettings.Tracing> tracing() {
        if (!values.bool("enable-distributed-tracing")) {
            return Optional.empty();
        }
        String address = values.string("distributed-tracing-address");
        if (!COLLECTOR.matcher(address).matches()) {
            throw BadSettingException.value(
                    "--distributed-tracing-address must be host:port (set to \"" + address + "\")");
        }
        String instance = values.string("distributed-tracing-instance-id");
        return Optional.of(new NodeSettings.Tracing(
                address,
                values.string("distributed-tracing-service-name"),
                instance.isEmpty() ? Optional.empty() : Optional.of(instance),
                values.number("distributed-tracing-sampling-rate", 0, MILLION)));
    }

    private Optional<NodeSettings.Audit> audit() {
        String path = values.string("audit-log-path");
        String policy = values.string("audit-policy-file");
        if (path.isEmpty()) {
            if (!policy.isEmpty()) {
                throw BadSettingException.value("--audit-policy-file needs --audit-log-path, where to write");
            }
            return Optional.empty();
        }
        return Optional.of(new NodeSettings.Audit(
                Path.of(path),
                (long) values.number("audit-log-max-size", 1, MAX_AUDIT_MIB) << 20,
                values.number("audit-log-max-files", 0, MAX_AUDIT_FILES),
                policy.isEmpty() ? Optional.empty() : Optional.of(Path.of(policy))));
    }

    private NodeSettings.Identity identity() {
        String name = values.string("name");
        if (name.isEmpty()) {
            throw BadSettingException.value("--name must not be empty");
        }
        String dir = values.string("data-dir");
        Path dataDir = Path.of(dir.isEmpty() ? name + ".etcd" : dir);
        String logDir = values.string("wal-dir");
        return new NodeSettings.Identity(name, dataDir, logDir.isEmpty() ? dataDir.resolve("log") : Path.of(logDir));
    }

    private NodeSettings.Cluster cluster() {
        String name = values.string("name");
        List<MemberUrl> peerUrls = reachable("initial-advertise-peer-urls");
        List<NodeSettings.InitialMember> members = values.isGiven("initial-cluster")
                ? initialCluster(values.string("initial-cluster"))
                : List.of(new NodeSettings.InitialMember(name, texts(peerUrls)));
        NodeSettings.InitialMember self = members.stream()
                .filter(member -> member.name().equals(name))
                .findFirst()
                .orElseThrow(() -> BadSettingException.value(
                        "couldn't find local name \"" + name + "\" in the initial cluster configuration"));
        if (!Set.copyOf(self.peerUrls()).equals(Set.copyOf(texts(peerUrls)))) {
            throw BadSettingException.value("--initial-cluster has " + name + "=" + String.join(",", self.peerUrls())
                    + " but --initial-advertise-peer-urls is " + String.join(",", texts(peerUrls)));
        }
        String state = values.string("initial-cluster-state");
        if (!state.equals("new") && !state.equals("existing")) {
            throw BadSettingException.value(
                    "unexpected initial-cluster-state \"" + state + "\": must be new or existing");
        }
        return new NodeSettings.Cluster(
                members,
                values.string("initial-cluster-token"),
                peerUrls,
                state.equals("existing"),
                values.bool("force-new-cluster"),
                values.bool("strict-reconfig-check"),
                values.number("max-learners", 0, 1000));
    }

    private static List<NodeSettings.InitialMember> initialCluster(String text) {
        Map<String, List<String>> urls = new LinkedHashMap<>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw BadSettingException.value(
                        "--initial-cluster must be name=url,name2=url: no name in \"" + pair + "\"");
            }
            try {
                urls.computeIfAbsent(pair.substring(0, equals).strip(), name -> new ArrayList<>())
                        .add(MemberUrl.parse(pair.substring(equals + 1).strip()).text());
            } catch (IllegalArgumentException e) {
                throw BadSettingException.value("invalid --initial-cluster: " + e.getMessage());
            }
        }
        return urls.entrySet().stream()
                .map(entry -> new NodeSettings.InitialMember(entry.getKey(), entry.getValue()))
                .toList();
    }

    private NodeSettings.Listen listen() {
        if (!fromFile && values.isGiven("listen-client-urls") && !values.isGiven("advertise-client-urls")) {
            throw BadSettingException.value(
                    "--advertise-client-urls is required when --listen-client-urls is set explicitly");
        }
        requireOwnAddresses("listen-client-urls", "listen-client-http-urls", "listen-metrics-urls");
        return new NodeSettings.Listen(
                bindable("listen-client-urls"),
                bindable("listen-client-http-urls"),
                bindable("listen-metrics-urls"),
                bindable("listen-peer-urls"),
                reachable("advertise-client-urls"),
                unlessAny("host-whitelist"),
                unlessAny("cors"),
                values.bool("enable-grpc-gateway"),
                values.number("max-concurrent-streams"),
                values.bool("socket-reuse-port"),
                values.bool("socket-reuse-address"),
                new NodeSettings.KeepAlive(
                        values.duration("grpc-keepalive-min-time"),
                        values.duration("grpc-keepalive-interval"),
                        values.duration("grpc-keepalive-timeout")));
    }

    private NodeSettings.Clients clients() {
        return new NodeSettings.Clients(
                bound("max-connections"),
                bound("max-connections-per-address").orElse(Integer.MAX_VALUE),
                bound("max-open-calls"),
                bound("max-watchers"),
                bound("max-watchers-per-connection").orElse(Integer.MAX_VALUE),
                values.duration("client-header-timeout"),
                values.duration("client-body-timeout"));
    }

    /** Empty for 0. */
    private OptionalInt bound(String name) {
        int given = values.number(name, 0, Integer.MAX_VALUE);
        return given == 0 ? OptionalInt.empty() : OptionalInt.of(given);
    }

    /** One address serves one kind of client, by one scheme. */
    private void requireOwnAddresses(String... flags) {
        Map<String, String> taken = new LinkedHashMap<>();
        for (String flag : flags) {
            for (MemberUrl url : values.urls(flag)) {
                String present = "--" + flag + " " + url;
                String other =
                        url.port() == 0 && !url.unixSocket() ? null : taken.putIfAbsent(url.hostAndPort(), present);
                if (other != null) {
                    throw BadSettingException.value("cannot bind both " + other + " and " + present
                            + " on the same address. Give them different ports.");
                }
            }
        }
    }

    /** The values of a flag, none if one of them stands for all. */
    private List<String> unlessAny(String name) {
        List<String> given = values.strings(name);
        return given.contains("*") ? List.of() : given;
    }

    /** Addresses we can listen on: IPs, localhost, or for clients socket files. */
    private List<MemberUrl> bindable(String name) {
        List<MemberUrl> urls = values.urls(name);
        for (MemberUrl url : urls) {
            if (url.unixSocket() && name.equals("listen-peer-urls")) {
                throw BadSettingException.value("--" + name + " can't have " + url
                        + ": members talk over the network alone; only clients are served on socket files");
            }
            if (!url.unixSocket()
                    && !url.host().equals("localhost")
                    && !ADDRESS.matcher(url.host()).matches()) {
                throw BadSettingException.value("--" + name + ": expected IP in URL for binding (" + url + ")");
            }
        }
        if (urls.isEmpty() && (name.equals("listen-client-urls") || name.equals("listen-peer-urls"))) {
            throw BadSettingException.value("--" + name + " must name at least one URL");
        }
        return urls;
    }

    private List<MemberUrl> reachable(String name) {
        List<MemberUrl> urls = values.urls(name);
        if (urls.isEmpty()) {
            throw BadSettingException.value("--" + name + " must name at least one URL");
        }
        return urls;
    }

    private NodeSettings.Raft raft() {
        int heartbeat = values.number("heartbeat-interval", 1, MAX_ELECTION_MILLIS);
        int election = values.number("election-timeout", 1, MAX_ELECTION_MILLIS);
        if (5 * heartbeat > election) {
            throw BadSettingException.value("--election-timeout[" + election
                    + "ms] should be at least as 5 times as --heartbeat-interval[" + heartbeat + "ms]");
        }
        return new NodeSettings.Raft(
                heartbeat, election, Math.max(1, values.number("snapshot-count")), catchUpEntries());
    }

    /** A count of entries says little of bytes, since many requests share one: only who asks for it gets it. */
    private long catchUpEntries() {
        return values.isGiven("snapshot-catchup-entries") ? values.number("snapshot-catchup-entries") : Long.MAX_VALUE;
    }

    private NodeSettings.Limits limits() {
        long quota = values.number("quota-backend-bytes");
        if (quota > SUGGESTED_QUOTA_BYTES) {
            warnings.accept("--quota-backend-bytes is above the suggested maximum of 8 GiB");
        }
        int request = values.number("max-request-bytes", 1, MAX_REQUEST_BYTES);
        if (request > SUGGESTED_REQUEST_BYTES) {
            warnings.accept("--max-request-bytes is above the suggested maximum of 10 MiB");
        }
        return new NodeSettings.Limits(
                quota == 0 ? DEFAULT_QUOTA_BYTES : quota < 0 ? Long.MAX_VALUE : quota,
                values.number("max-txn-ops", 1, Integer.MAX_VALUE),
                request,
                longer(values.duration("watch-progress-notify-interval"), Duration.ofMillis(100)),
                values.duration("warning-apply-duration"),
                values.duration("warning-unary-request-duration"));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private NodeSettings.Compaction compaction() {
        String mode = values.string("auto-compaction-mode");
        String retention = values.string("auto-compaction-retention");
        if (!mode.equals("periodic") && !mode.equals("revision")) {
            throw BadSettingException.value("unknown auto-compaction-mode \"" + mode + "\"");
        }
        boolean bare = retention.matches("\\d{1,18}");
        long number = bare ? Long.parseLong(retention) : 0;
        if (mode.equals("revision") && !bare) {
            throw BadSettingException.value("--auto-compaction-retention must be a number of revisions: " + retention);
        }
        if (retention.isEmpty() || (bare && number == 0)) {
            return new NodeSettings.Compaction.Off();
        }
        if (mode.equals("revision")) {
            return new NodeSettings.Compaction.ByRevision(number);
        }
        try {
            Duration duration = bare ? Duration.ofHours(number) : GoDuration.parse(retention);
            return duration.isPositive()
                    ? new NodeSettings.Compaction.Periodic(duration)
                    : new NodeSettings.Compaction.Off();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw BadSettingException.value("--auto-compaction-retention \"" + retention
                    + "\" must be a number of hours or a duration such as 30m");
        }
    }

    private NodeSettings.Checks checks() {
        Duration compactHash = values.duration("compact-hash-check-time");
        if (compactHash.isZero()) {
            throw BadSettingException.value("--compact-hash-check-time must be >0");
        }
        FeatureGates gates = new FeatureGates(values.strings(FlagTable.FEATURE_GATES));
        return new NodeSettings.Checks(
                values.duration("corrupt-check-time"),
                compactHash,
                gates.initialCorruptCheck(),
                gates.compactHashCheck());
    }

    private NodeSettings.Logging logging() {
        String level = oneOf("log-level", LEVELS);
        String format = oneOf("log-format", Set.of("json", "console"));
        String metrics = oneOf("metrics", Set.of("basic", "extensive"));
        List<String> outputs = values.strings("log-outputs").stream()
                .map(output -> output.equals("default") ? "stderr" : output)
                .toList();
        if (outputs.size() != 1) {
            throw BadSettingException.value("--log-outputs must name one of stderr, stdout or a file");
        }
        return new NodeSettings.Logging(level, format.equals("json"), outputs, metrics.equals("extensive"));
    }

    private String oneOf(String name, Set<String> words) {
        String word = values.string(name);
        if (!words.contains(word)) {
            throw BadSettingException.value("unknown " + name + " \"" + word + "\": must be one of "
                    + String.join(", ", words.stream().sorted().toList()));
        }
        return word;
    }

    private static List<String> texts(List<MemberUrl> urls) {
        return urls.stream().map(MemberUrl::text).toList();
    }
}
