package dev.mainstay.node.server.settings;

import dev.mainstay.node.tls.NameRules;
import dev.mainstay.node.tls.TlsFile;
import dev.mainstay.node.tls.TlsFiles;
import dev.mainstay.node.tls.TlsProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Everything one member is told at its start, checked and in the units the code works with.
 *
 * @param peerTls how members speak to each other; empty for plaintext
 * @param clientTls how the https URLs for clients are served; empty if there are none
 * @param clientCertAuth whether the name in a client's certificate may stand for a user's
 * @param clients what they may cost
 * @param tracing empty for none
 * @param audit empty for no records of calls
 * @param archive empty for none
 */
public record NodeSettings(
        Identity identity,
        Cluster cluster,
        Listen listen,
        Clients clients,
        Optional<Tls> peerTls,
        Optional<Tls> clientTls,
        boolean clientCertAuth,
        Raft raft,
        Limits limits,
        Compaction compaction,
        Checks checks,
        Auth auth,
        Logging logging,
        Optional<Tracing> tracing,
        Optional<Audit> audit,
        Optional<Archive> archive) {

    /**
     * Who this member is and where it keeps its data.
     *
     * @param logDir a directory for the Raft log alone; inside {@code dataDir} unless set apart
     */
    public record Identity(String name, Path dataDir, Path logDir) {}

    /**
     * How the cluster came or comes about.
     *
     * @param members the bootstrap members, in the order given
     * @param peerUrls what this member advertises to its peers
     * @param existing whether to join instead of to bootstrap; looked at only while there is no data
     * @param forceNew whether to leave all others, whose quorum is lost, and begin anew alone with the data there are
     * @param maxLearners how many learners may be in the cluster at once
     */
    public record Cluster(
            List<InitialMember> members,
            String token,
            List<MemberUrl> peerUrls,
            boolean existing,
            boolean forceNew,
            boolean strictReconfigCheck,
            int maxLearners) {

        public Cluster {
            members = List.copyOf(members);
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** One {@code name=url,...} of {@code --initial-cluster}. */
    public record InitialMember(String name, List<String> peerUrls) {

        public InitialMember {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /**
     * Where we listen and how we treat connections.
     *
     * @param clientHttpUrls if not empty, HTTP endpoints are served only there and {@code clientUrls} is gRPC alone
     * @param advertiseClientUrls what MemberList tells clients
     * @param hostWhitelist acceptable {@code Host} headers of plaintext HTTP requests; empty for all
     * @param corsOrigins from which pages browsers may call; empty for all
     * @param gateway whether JSON is served over HTTP
     * @param maxConcurrentStreams HTTP/2 streams per connection, up to 2^32-1
     */
    public record Listen(
            List<MemberUrl> clientUrls,
            List<MemberUrl> clientHttpUrls,
            List<MemberUrl> metricsUrls,
            List<MemberUrl> peerUrls,
            List<MemberUrl> advertiseClientUrls,
            List<String> hostWhitelist,
            List<String> corsOrigins,
            boolean gateway,
            long maxConcurrentStreams,
            boolean reusePort,
            boolean reuseAddress,
            KeepAlive keepAlive) {

        public Listen {
            clientUrls = List.copyOf(clientUrls);
            clientHttpUrls = List.copyOf(clientHttpUrls);
            metricsUrls = List.copyOf(metricsUrls);
            peerUrls = List.copyOf(peerUrls);
            advertiseClientUrls = List.copyOf(advertiseClientUrls);
            hostWhitelist = List.copyOf(hostWhitelist);
            corsOrigins = List.copyOf(corsOrigins);
        }
    }

    /**
     * TLS of one kind of connections. The files have not been looked into.
     *
     * @param files empty for a certificate that this member makes itself, and belief in everybody
     * @param generatedYears how long such a certificate is valid
     * @param names what certificates of the others must say
     * @param asksClients whether those who connect must show a certificate
     * @param checksAddresses whether that must name the address they come from
     */
    public record Tls(
            Optional<TlsFiles> files,
            int generatedYears,
            NameRules names,
            TlsProtocol protocol,
            boolean asksClients,
            boolean checksAddresses) {

        static Tls generated(int years, TlsProtocol protocol) {
            return new Tls(Optional.empty(), years, NameRules.NONE, protocol, false, false);
        }
    }

    /**
     * What clients may cost. An empty bound is for whoever knows what there is room for.
     *
     * @param maxConnections at once
     * @param maxOfAddress connections from one address; {@link Integer#MAX_VALUE} for no such bound
     * @param maxOpenCalls gRPC calls at once
     * @param maxWatchers at once
     * @param maxWatchersOfConnection {@link Integer#MAX_VALUE} for no such bound
     * @param headerTimeout for a client to say what it wants; zero for ever
     * @param bodyTimeout for a client to send a request; zero for ever
     */
    public record Clients(
            OptionalInt maxConnections,
            int maxOfAddress,
            OptionalInt maxOpenCalls,
            OptionalInt maxWatchers,
            int maxWatchersOfConnection,
            Duration headerTimeout,
            Duration bodyTimeout) {}

    /**
     * HTTP/2 pings.
     *
     * @param minTime between two pings of a client that has calls open; zero for gRPC's five minutes
     * @param interval how long a connection may be silent before we ping it; zero for never
     * @param timeout how long we wait for the answer
     */
    public record KeepAlive(Duration minTime, Duration interval, Duration timeout) {}

    /**
     * @param heartbeatMillis at most a fifth of {@code electionMillis}
     * @param electionMillis up to 50,000
     * @param snapshotEntries most log entries between two flushes of the store, after which the log is cut
     * @param catchUpEntries most log entries kept for a member that lags; {@link Long#MAX_VALUE} to leave that to the
     *     log's size
     */
    public record Raft(int heartbeatMillis, int electionMillis, long snapshotEntries, long catchUpEntries) {

        /** How long a request may wait for the log: 5 seconds and two elections. */
        public Duration requestTimeout() {
            return Duration.ofMillis(5000L + 2L * electionMillis);
        }

        /** The shortest lease, in seconds: one and a half elections, rounded up. */
        public long minLeaseSeconds() {
            return (3L * electionMillis / 2 + 999) / 1000;
        }
    }

    /**
     * @param quotaBytes effective quota of the database, {@link Long#MAX_VALUE} for none
     * @param maxRequestBytes of a request that goes into the log
     */
    public record Limits(
            long quotaBytes,
            int maxTxnOps,
            int maxRequestBytes,
            Duration watchProgressInterval,
            Duration warnApply,
            Duration warnUnary) {}

    /**
     * How callers prove who they are.
     *
     * @param jwt for signed tokens; empty for simple ones
     * @param tokenTtl how long a simple token lives after its last use
     * @param bcryptCost the binary logarithm of bcrypt's rounds
     */
    public record Auth(Optional<Jwt> jwt, Duration tokenTtl, int bcryptCost) {}

    /**
     * Signed tokens. The files have not been looked into.
     *
     * @param method as in JOSE's registry, like {@code RS256}
     * @param publicKey to check tokens with
     * @param privateKey to make them with, or the secret of an HMAC
     */
    public record Jwt(String method, Optional<TlsFile> publicKey, Optional<TlsFile> privateKey, Duration ttl) {}

    /** Which revisions the leader drops by itself. */
    public sealed interface Compaction {
        /** None. */
        record Off() implements Compaction {}

        /** What is older than {@code retention}. */
        record Periodic(Duration retention) implements Compaction {}

        /** All but the newest {@code retained} revisions. */
        record ByRevision(long retained) implements Compaction {}
    }

    /**
     * Comparisons of members' data.
     *
     * @param corruptInterval between the leader's comparisons of all keys; zero for none
     * @param compactHashInterval between the leader's comparisons of what the log did to the members
     * @param initial whether a member compares all keys before it serves
     * @param compactHash whether the leader also compares all keys after a compaction
     */
    public record Checks(Duration corruptInterval, Duration compactHashInterval, boolean initial, boolean compactHash) {

        /** The names of the feature gates that are switched on. */
        public Set<String> enabledGates() {
            Set<String> enabled = new TreeSet<>();
            if (initial) {
                enabled.add(FeatureGates.INITIAL_CORRUPT_CHECK);
            }
            if (compactHash) {
                enabled.add(FeatureGates.COMPACT_HASH_CHECK);
            }
            return enabled;
        }
    }

    /**
     * Traces of calls.
     *
     * @param address of the collector, {@code host:port}
     * @param instanceId which member the traces are from, in words of the operator's
     * @param samplesPerMillion 0 to 1,000,000
     */
    public record Tracing(String address, String serviceName, Optional<String> instanceId, int samplesPerMillion) {}

    /**
     * Records of calls. The files have not been looked into.
     *
     * @param maxBytes of the file before another takes its place
     * @param kept how many full files stay
     * @param policy what is recorded; empty for the usual
     */
    public record Audit(Path path, long maxBytes, int kept, Optional<Path> policy) {}

    /**
     * Shipping the log. Nothing was looked at yet.
     *
     * @param options of the place, by flag, as {@code mainstay backup} has them
     * @param maxHeldBytes of log that are kept since they aren't archived
     * @param encryptionKeyFiles empty for none
     */
    public record Archive(
            String repository,
            Map<String, String> options,
            Duration flushInterval,
            long segmentBytes,
            long maxHeldBytes,
            String encryptionKeyFiles,
            Optional<String> encryptionKeyId,
            int compressionLevel) {

        public Archive {
            options = Map.copyOf(options);
        }
    }

    /**
     * @param level etcd's word: debug, info, warn, error, panic or fatal
     * @param outputs {@code stderr}, {@code stdout} or file paths
     */
    public record Logging(String level, boolean json, List<String> outputs, boolean extensiveMetrics) {

        public Logging {
            outputs = List.copyOf(outputs);
        }
    }
}
