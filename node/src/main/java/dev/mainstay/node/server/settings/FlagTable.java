package dev.mainstay.node.server.settings;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Every flag there is: ours are etcd's, by etcd's names and with etcd's defaults.
 *
 * <p>Columns: name, type, default, support, meaning. {@code ignored(why)} and {@code refused(why)} carry what the operator
 * is told. {@code old -> new} is a name of older releases of etcd that now means another flag, {@code old -> gate Name} one
 * that became a feature gate.
 */
final class FlagTable {

    /** The flag that names features to switch. */
    static final String FEATURE_GATES = "feature-gates";

    private static final String ROWS = """
            # Member
            name | string | default | honoured | Human-readable name for this member.
            data-dir | string |  | honoured | Path to the data directory; ${name}.etcd if empty.
            wal-dir | string |  | honoured | Path to a directory of its own for the log.
            snapshot-count | uint | 10000 | honoured | Most log entries between two flushes of the store, and thus most that a start replays; 128 MiB of log at the most.
            snapshot-catchup-entries | uint | 5000 | honoured | Most log entries kept for a member that lags; if not given, 512 MiB of them.
            heartbeat-interval | uint | 100 | honoured | Time of a heartbeat interval, in milliseconds.
            election-timeout | uint | 1000 | honoured | Time for an election to time out, in milliseconds.
            initial-election-tick-advance | bool | true | ignored(elections at start are not delayed) | Whether to shorten the first election after a start.
            listen-peer-urls | urls | http://localhost:2380 | honoured | URLs to listen on for peers.
            listen-client-urls | urls | http://localhost:2379 | honoured | URLs to listen on for clients: gRPC, and HTTP unless listen-client-http-urls is set.
            listen-client-http-urls | urls |  | honoured | URLs to listen on for HTTP clients only; takes HTTP away from listen-client-urls.
            max-snapshots | uint | 5 | ignored(a flush of the store takes the place of snapshot files) | Snapshot files to keep.
            max-wals | uint | 5 | ignored(the log is cut by what is flushed, not by count) | Log files to keep.
            quota-backend-bytes | int | 0 | honoured | Size of the database at which writes are refused; 0 means 2 GiB, below 0 none.
            backend-bbolt-freelist-type | string | map | ignored(the store is not bbolt) | Kind of bbolt's list of free pages.
            backend-batch-interval | duration | 0s | ignored(the store is not bbolt) | Longest time between two commits of bbolt.
            backend-batch-limit | int | 0 | ignored(the store is not bbolt) | Most operations in one commit of bbolt.
            memory-mlock | bool | false | ignored(the store is not mapped into memory) | Keep the pages of bbolt in memory.
            bootstrap-defrag-threshold-megabytes | uint | 0 | ignored(there is nothing to defragment at start) | Defragment at start if that frees so much.
            max-txn-ops | uint | 128 | honoured | Most operations in one branch of a transaction.
            max-request-bytes | uint | 1572864 | honoured | Largest request, in bytes.
            max-concurrent-streams | uint32 | 4294967295 | honoured | Most streams that a client may have open on one connection.
            enable-grpc-gateway | bool | true | honoured | Serve JSON over HTTP.
            grpc-keepalive-min-time | duration | 5s | honoured | Shortest time between two pings of a client with open calls; 0 for 5m.
            grpc-keepalive-interval | duration | 2h | honoured | Silence after which the server pings a client; 0 for never.
            grpc-keepalive-timeout | duration | 20s | honoured | Time that a client has to answer a ping; 0 for ever.
            socket-reuse-port | bool | false | honoured | Listen with SO_REUSEPORT.
            socket-reuse-address | bool | false | ignored(SO_REUSEADDR is always set) | Listen with SO_REUSEADDR.
            raft-read-timeout | duration | 5s | ignored(peers are watched by heartbeats) | Read timeout of connections between peers.
            raft-write-timeout | duration | 5s | ignored(peers are watched by heartbeats) | Write timeout of connections between peers.
            max-learners | int | 1 | honoured | Most learners in the cluster at once.

            # Clustering
            initial-advertise-peer-urls | urls | http://localhost:2380 | honoured | This member's peer URLs as the others reach them.
            initial-cluster | string | default=http://localhost:2380 | honoured | Members of the new cluster: name=url,name2=url.
            initial-cluster-state | string | new | honoured | new, or existing to join a running cluster; ignored when there is data.
            initial-cluster-token | string | etcd-cluster | honoured | Sets clusters with the same addresses apart.
            advertise-client-urls | urls | http://localhost:2379 | honoured | This member's client URLs as clients reach them; needed with listen-client-urls.
            discovery | string |  | refused(discovery is not served; list the members in initial-cluster) | URL of a discovery service.
            discovery-fallback | string | exit | ignored(there is no discovery) | What to do when discovery fails.
            discovery-proxy | string |  | ignored(there is no discovery) | Proxy for discovery.
            discovery-srv | string |  | refused(discovery is not served; list the members in initial-cluster) | DNS domain whose SRV records name the members.
            discovery-srv-name | string |  | refused(discovery is not served; list the members in initial-cluster) | Suffix of the name of those SRV records.
            discovery-token | string |  | refused(discovery is not served; list the members in initial-cluster) | Token of the discovery service.
            discovery-endpoints | strings |  | refused(discovery is not served; list the members in initial-cluster) | Endpoints of the discovery service.
            discovery-dial-timeout | duration | 2s | ignored(there is no discovery) | Dial timeout of discovery.
            discovery-request-timeout | duration | 5s | ignored(there is no discovery) | Request timeout of discovery.
            discovery-keepalive-time | duration | 2s | ignored(there is no discovery) | Keep-alive time of discovery.
            discovery-keepalive-timeout | duration | 6s | ignored(there is no discovery) | Keep-alive timeout of discovery.
            discovery-insecure-transport | bool | true | ignored(there is no discovery) | Discovery without TLS.
            discovery-insecure-skip-tls-verify | bool | false | ignored(there is no discovery) | Discovery without checks of certificates.
            discovery-cert | string |  | ignored(there is no discovery) | Client certificate of discovery.
            discovery-key | string |  | ignored(there is no discovery) | Client key of discovery.
            discovery-cacert | string |  | ignored(there is no discovery) | CA certificate of discovery.
            discovery-user | string |  | ignored(there is no discovery) | User of discovery.
            discovery-password | string |  | ignored(there is no discovery) | Password of discovery.
            strict-reconfig-check | bool | true | honoured | Refuse membership changes that could lose the quorum.
            pre-vote | bool | true | ignored(it is always on) | Ask before an election whether it could be won.
            auto-compaction-retention | string | 0 | honoured | History to keep: hours or a duration (periodic), or revisions (revision); 0 keeps all.
            auto-compaction-mode | string | periodic | honoured | periodic or revision.
            v2-deprecation | string | write-only-drop-data | ignored(there is no v2 store) | Phase of the end of the v2 store.
            enable-v2 | bool | false | refused(the v2 API is not served) | Serve the v2 API.

            # Security
            cert-file | string |  | honoured | Certificate for https:// client URLs, in PEM; read again when it changes.
            key-file | string |  | honoured | Key of that certificate, in PEM, not encrypted; read again when it changes.
            client-cert-file | string |  | ignored(this server never calls itself) | Certificate to use as a client of ourselves.
            client-key-file | string |  | ignored(this server never calls itself) | Key to use as a client of ourselves.
            client-cert-auth | bool | false | honoured | Take only clients that show a certificate; always so with trusted-ca-file.
            client-crl-file | string |  | honoured | List of revoked client certificates, PEM or DER; read again when it changes.
            client-cert-allowed-cn | strings |  | honoured | Common names that a client certificate may carry; any if empty. etcd has it in config files only.
            client-cert-allowed-hostname | strings |  | honoured | Host names of which a client certificate must be valid for one; any if empty.
            trusted-ca-file | string |  | honoured | CAs of the clients' certificates, in PEM; read again when it changes.
            auto-tls | bool | false | honoured | Serve https:// client URLs with a certificate that this member makes itself.
            peer-cert-file | string |  | honoured | Certificate of this member for its peers, in PEM; read again when it changes.
            peer-key-file | string |  | honoured | Key of that certificate, in PEM, not encrypted; read again when it changes.
            peer-client-cert-file | string |  | honoured | Certificate to show when calling peers; that of peer-cert-file if empty.
            peer-client-key-file | string |  | honoured | Key of that certificate.
            peer-client-cert-auth | bool | false | honoured | Take only peers that show a certificate; always so with peer-trusted-ca-file.
            peer-crl-file | string |  | honoured | List of revoked peer certificates, PEM or DER; read again when it changes.
            peer-trusted-ca-file | string |  | honoured | CAs of the peers' certificates, in PEM; read again when it changes.
            peer-cert-allowed-cn | strings |  | honoured | Common names that a peer certificate may carry; any if empty.
            peer-cert-allowed-hostname | strings |  | honoured | Host names of which a peer certificate must be valid for one; any if empty.
            peer-auto-tls | bool | false | honoured | Encrypt between peers with certificates that members make themselves.
            peer-skip-client-san-verification | bool | false | honoured | Take peers from addresses that their certificates don't name.
            self-signed-cert-validity | uint | 1 | honoured | Years that a certificate made by auto-tls or peer-auto-tls is valid.
            cipher-suites | strings |  | honoured | Cipher suites of TLS 1.2, by their IANA names.
            tls-min-version | string | TLS1.2 | honoured | Oldest version of TLS: TLS1.2 or TLS1.3.
            tls-max-version | string |  | honoured | Newest version of TLS: TLS1.2 or TLS1.3; the newest there is if empty.
            cors | strings | * | honoured | Origins that browsers may call from.
            host-whitelist | strings | * | honoured | Host names that HTTP requests may ask for.

            # Auth
            auth-token | string | simple | honoured | simple, or jwt with its options: jwt,sign-method=RS256,pub-key=FILE,priv-key=FILE,ttl=5m.
            auth-token-ttl | uint | 300 | honoured | Seconds that a simple token lives after its last use.
            bcrypt-cost | uint | 10 | honoured | Cost of hashing passwords: the binary logarithm of the rounds, 4 to 31.

            # Profiling and monitoring
            enable-pprof | bool | false | ignored(profiling is the JVM's; see jcmd and JFR) | Serve profiles over HTTP.
            metrics | string | basic | honoured | basic, or extensive for histograms of gRPC calls.
            listen-metrics-urls | urls |  | honoured | More URLs for metrics, health and the log level alone; https:// ones are served like those of clients.
            enable-distributed-tracing | bool | false | honoured | Send traces of calls to a collector, by OTLP.
            distributed-tracing-address | string | localhost:4317 | honoured | The collector, host:port: OTLP over gRPC, without TLS.
            distributed-tracing-service-name | string | etcd | honoured | The service.name in traces; the same for all members.
            distributed-tracing-instance-id | string |  | honoured | The service.instance.id in traces; none if empty, else another for each member.
            distributed-tracing-sampling-rate | int | 0 | honoured | Of a million calls whose client does not say whether to trace them, how many are traced.
            warning-apply-duration | duration | 100ms | honoured | Time to apply a request after which a warning is logged.
            warning-unary-request-duration | duration | 300ms | honoured | Time to answer a request after which a warning is logged.

            # Logging
            logger | string | zap | ignored(there is one logger) | The logging library.
            log-outputs | strings | default | honoured | stderr (also: default), stdout, or one file.
            log-level | string | info | honoured | debug, info, warn, error, panic or fatal.
            log-format | string | json | honoured | json or console.
            enable-log-rotation | bool | false | ignored(leave rotation to the system) | Rotate the log file.
            log-rotation-config-json | string | {"maxsize": 100, "maxage": 0, "maxbackups": 0, "localtime": false, "compress": false} | ignored(leave rotation to the system) | How to rotate the log file.
            disable-log-sampling | bool | false | ignored(logs are never sampled) | Log every line.

            # Features
            feature-gates | strings |  | honoured | Name=true|false pairs. Known: CompactHashCheck, FastLeaseKeepAlive, InitialCorruptCheck, LeaseCheckpoint, LeaseCheckpointPersist, PriorityRequest, SetMemberLocalAddr, StopGRPCServiceOnDefrag, TxnModeWriteWithSharedBuffer.
            corrupt-check-time | duration | 0s | honoured | Time between two comparisons of all members' keys by the leader; 0 for never.
            compact-hash-check-time | duration | 1m | honoured | Time between two comparisons of what the log did to each member; with CompactHashCheck of all keys, too, after a compaction.
            compaction-batch-limit | int | 1000 | ignored(compaction paces itself) | Most revisions dropped at once.
            compaction-sleep-interval | duration | 10ms | ignored(compaction paces itself) | Pause between two batches of a compaction.
            watch-progress-notify-interval | duration | 10m | honoured | Time between two progress notes to idle watchers.
            downgrade-check-time | duration | 5s | ignored(there is no older version to go back to) | Time between two looks at a downgrade.

            # Unsafe
            force-new-cluster | bool | false | honoured | Make a cluster of this member alone, from its data, when the quorum is lost for good; all others are out for ever.
            unsafe-no-fsync | bool | false | ignored(every write is synced all the same) | Don't sync the disk.

            # Archive
            archive-repository | string |  | honoured | Where to ship the log, for restores to any moment: file:///directory, s3://bucket/prefix, gs://bucket/prefix or azblob://container/prefix; best where the backups are. None if empty.
            archive-flush-interval | duration | 10s | honoured | Longest time between two segments while something changes, and so what a disaster costs at the worst.
            archive-segment-bytes | uint | 8388608 | honoured | Bytes of log entries after which a segment ends sooner.
            archive-max-held-bytes | uint | 1073741824 | honoured | Most bytes of log kept on disk because they are not archived yet, and never more than a tenth of the disk; what is more is dropped, and leaves a gap.
            archive-encryption-key-file | string |  | honoured | As --encryption-key-file of mainstay backup.
            archive-encryption-key-id | string |  | honoured | As --encryption-key-id of mainstay backup.
            archive-compression-level | uint | 3 | honoured | As --compression-level of mainstay backup.
            archive-endpoint-url | string |  | honoured | Where the store answers, if not at its cloud's own address.
            archive-ca-bundle | string |  | honoured | PEM file of the certificate authorities to trust, instead of Java's.
            archive-region | string |  | honoured | S3: the bucket's region, if the environment doesn't say.
            archive-path-style | bool | false | honoured | S3: name the bucket in the path, not in the host name.
            archive-access-key-file | string |  | honoured | S3: file of the access key's id.
            archive-secret-key-file | string |  | honoured | S3: file of the secret access key.
            archive-session-token-file | string |  | honoured | S3: file of the session token of temporary keys.
            archive-profile | string |  | honoured | S3: profile in the AWS configuration and credential files.
            archive-sse | string |  | honoured | S3: encryption by the store: AES256 or aws:kms.
            archive-kms-key-id | string |  | honoured | S3: the key of aws:kms, if not the bucket's.
            archive-storage-class | string |  | honoured | S3 and Google: storage class of new objects, if not the bucket's.
            archive-credentials-file | string |  | honoured | Google: JSON file of a service account or a workload identity.
            archive-account | string |  | honoured | Azure: the storage account.
            archive-account-key-file | string |  | honoured | Azure: file of the storage account's key.
            archive-sas-token-file | string |  | honoured | Azure: file of a shared access signature.
            archive-connection-string-file | string |  | honoured | Azure: file of the storage account's connection string.

            # Mainstay
            max-connections | uint | 0 | honoured | Most connections of clients at once; 0 for what open files and memory allow.
            max-connections-per-address | uint | 0 | honoured | Most connections from one address; 0 for no such limit.
            max-open-calls | uint | 0 | honoured | Most gRPC calls at once, streams included; 0 for what memory allows.
            max-watchers | uint | 0 | honoured | Most watchers at once, each 4 KiB of its key counting as one; 0 for what memory allows.
            max-watchers-per-connection | uint | 0 | honoured | Most of them over one connection; 0 for no such limit.
            client-header-timeout | duration | 10s | honoured | Time that a client has to say what it wants: an HTTP/2 hello, or the head of an HTTP/1 request; 0 for ever.
            client-body-timeout | duration | 1m | honoured | Time that a client has to send the request of a call that has one; 0 for ever.
            audit-log-path | string |  | honoured | File for records of who called what, as JSON lines; none if empty.
            audit-log-max-size | uint | 100 | honoured | Size in MiB at which another file takes its place.
            audit-log-max-files | uint | 10 | honoured | Full files to keep, named path.1 (the newest) and so on.
            audit-policy-file | string |  | honoured | YAML or JSON file that says what is recorded, and whether what can't be is refused; who and what of all calls if empty.
            config-file | string |  | honoured | YAML file with all settings; flags and environment are ignored then.
            version | bool | false | honoured | Print the version and exit.
            help | bool | false | honoured | Print this text and exit.

            # Renamed
            experimental-initial-corrupt-check -> gate InitialCorruptCheck
            experimental-compact-hash-check-enabled -> gate CompactHashCheck
            experimental-enable-lease-checkpoint -> gate LeaseCheckpoint
            experimental-enable-lease-checkpoint-persist -> gate LeaseCheckpointPersist
            experimental-txn-mode-write-with-shared-buffer -> gate TxnModeWriteWithSharedBuffer
            experimental-stop-grpc-service-on-defrag -> gate StopGRPCServiceOnDefrag
            experimental-set-member-localaddr -> gate SetMemberLocalAddr
            experimental-watch-progress-notify-interval -> watch-progress-notify-interval
            experimental-corrupt-check-time -> corrupt-check-time
            experimental-compact-hash-check-time -> compact-hash-check-time
            experimental-compaction-batch-limit -> compaction-batch-limit
            experimental-compaction-sleep-interval -> compaction-sleep-interval
            experimental-warning-apply-duration -> warning-apply-duration
            experimental-warning-unary-request-duration -> warning-unary-request-duration
            experimental-peer-skip-client-san-verification -> peer-skip-client-san-verification
            experimental-max-learners -> max-learners
            experimental-memory-mlock -> memory-mlock
            experimental-downgrade-check-time -> downgrade-check-time
            experimental-bootstrap-defrag-threshold-megabytes -> bootstrap-defrag-threshold-megabytes
            experimental-snapshot-catchup-entries -> snapshot-catchup-entries
            experimental-enable-distributed-tracing -> enable-distributed-tracing
            experimental-distributed-tracing-address -> distributed-tracing-address
            experimental-distributed-tracing-service-name -> distributed-tracing-service-name
            experimental-distributed-tracing-instance-id -> distributed-tracing-instance-id
            experimental-distributed-tracing-sampling-rate -> distributed-tracing-sampling-rate
            """;

    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private final Map<String, String> successors = new LinkedHashMap<>();

    FlagTable() {
        String group = "";
        for (String row : ROWS.lines().filter(line -> !line.isBlank()).toList()) {
            if (row.startsWith("# ")) {
                group = row.substring(2);
            } else if (row.contains(" -> ")) {
                int arrow = row.indexOf(" -> ");
                successors.put(row.substring(0, arrow), row.substring(arrow + 4));
            } else {
                Flag flag = flag(group, row);
                flags.put(flag.name(), flag);
            }
        }
    }

    /** All flags by their names, in the order of {@code --help}. */
    List<Flag> all() {
        return List.copyOf(flags.values());
    }

    /** All names of older releases, with their successors ({@code gate Name} for feature gates). */
    Map<String, String> renamed() {
        return successors.entrySet().stream().collect(toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The flag of this name; empty for old names too. */
    Optional<Flag> find(String name) {
        return Optional.ofNullable(flags.get(name));
    }

    /** What an old name means now: a flag's name, or {@code gate Name}. */
    Optional<String> successor(String oldName) {
        return Optional.ofNullable(successors.get(oldName));
    }

    /** Every name that may be set: present ones, then old ones. */
    List<String> names() {
        List<String> names = new ArrayList<>(flags.keySet());
        names.addAll(successors.keySet());
        return names;
    }

    private static Flag flag(String group, String row) {
        String[] cells = row.split(" \\| ?", 5);
        FlagType type = FlagType.valueOf(cells[1].strip().toUpperCase(Locale.ROOT));
        String support = cells[3].strip();
        int note = support.indexOf('(');
        String kind = note < 0 ? support : support.substring(0, note);
        return new Flag(
                cells[0],
                group,
                type,
                cells[2].strip(),
                Support.valueOf(kind.toUpperCase(Locale.ROOT)),
                note < 0 ? "" : support.substring(note + 1, support.length() - 1),
                cells[4]);
    }
}
