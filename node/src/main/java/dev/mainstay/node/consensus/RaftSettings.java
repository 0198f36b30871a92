package dev.mainstay.node.consensus;

import dev.mainstay.node.tls.TlsSetup;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a member of a Raft group must know.
 *
 * @param logDirectory where the log lives; created if missing
 * @param acknowledgedFile the file with the last acknowledged log index
 * @param memberId this member's etcd id, unsigned, never 0
 * @param clusterId the cluster's etcd id; names the Raft group
 * @param generation how many times the cluster was forced to begin anew with one of its members; part of the group's name, so
 *     that the logs of members from before and after can't meet
 * @param peerHost the address to listen on for peers
 * @param peerPort the port to listen on for peers; 0 picks a free one
 * @param alsoListen more addresses to listen on for peers
 * @param founders the members that a new cluster begins with, this one among them; only itself, as a learner, for one that
 *     joined as such; empty for others that joined later
 * @param tls how members speak to each other; empty for plaintext
 * @param alone whether no other member has a vote, as far as this member's state knows: then nobody needs to be waited for
 */
public record RaftSettings(
        Path logDirectory,
        Path acknowledgedFile,
        long memberId,
        long clusterId,
        int generation,
        String peerHost,
        int peerPort,
        List<InetSocketAddress> alsoListen,
        List<GroupControl.Peer> founders,
        Optional<TlsSetup> tls,
        boolean alone,
        Timeouts timeouts,
        Batching batching,
        LogSizes log) {

    /** As far as the name of a Raft group has room. */
    public static final int MAX_GENERATION = (1 << 12) - 1;

    /**
     * Times in milliseconds.
     *
     * @param heartbeatMillis the leader's heartbeat interval
     * @param electionMillis how long a follower waits for a leader; also when an fsync counts as slow
     * @param requestMillis after how long a proposal or a read barrier is answered with TIMEOUT
     */
    public record Timeouts(int heartbeatMillis, int electionMillis, int requestMillis) {

        /** etcd's: 100 ms, 1 s, and 5 s plus two elections. */
        public static final Timeouts USUAL = new Timeouts(100, 1_000, 7_000);

        public Timeouts {
            require(heartbeatMillis > 0 && electionMillis > heartbeatMillis, "an election must outlast a heartbeat");
            require(requestMillis > 0, "the request timeout must be positive");
        }
    }

    /**
     * How proposals share log entries, and how many may wait.
     *
     * @param maxCommandBytes the largest command; a larger one is refused
     * @param batchBytes about how much one log entry holds when there is a choice; a larger command travels alone
     * @param batchCommands how many commands one log entry may hold
     * @param queueBytes how much may wait to be batched; beyond it proposals are refused
     * @param queueCommands how many commands may wait to be batched
     */
    public record Batching(int maxCommandBytes, int batchBytes, int batchCommands, long queueBytes, int queueCommands) {

        /** Entries of about 1 MiB, 64 MiB or 20,000 commands waiting, requests of etcd's 1.5 MiB. */
        public static final Batching USUAL = new Batching(2 << 20, 1 << 20, 4_096, 64L << 20, 20_000);

        public Batching {
            require(batchBytes > 0 && batchCommands > 0, "a batch must hold something");
            require(maxCommandBytes >= batchBytes, "the largest command must be able to fill a batch");
            require(maxCommandBytes <= 1 << 29, "a command of more than 512 MiB");
            require(queueBytes >= maxCommandBytes && queueCommands > 0, "the queue must hold the largest command");
        }

        /** The same with room for requests of up to this many bytes. */
        public Batching withMaxRequestBytes(int bytes) {
            int command = Math.max(maxCommandBytes, Math.addExact(bytes, bytes / 4));
            return new Batching(command, batchBytes, batchCommands, Math.max(queueBytes, 4L * command), queueCommands);
        }

        /** The largest log entry: a batch that was almost full when the largest command that fits joined it. */
        int maxEntryBytes() {
            return maxCommandBytes + batchBytes + (1 << 16);
        }
    }

    /**
     * Sizes of the log on disk.
     *
     * @param segmentBytes the size of a log file
     * @param preallocateBytes by how much a log file grows ahead of writing
     * @param snapshotEntries after how many entries the state is flushed and the log behind it dropped
     * @param snapshotBytes after how much log the same happens
     * @param catchUpEntries how many entries are kept for a peer that lags; one that lacks more gets the whole state
     */
    public record LogSizes(
            int segmentBytes, int preallocateBytes, long snapshotEntries, long snapshotBytes, long catchUpEntries) {

        /**
         * 16 MiB segments, and at most some 128 MiB of log to replay. Every new term begins a segment on every member, and its
         * first entry waits for that, so files grow by no more at once than costs a few milliseconds.
         */
        public static final LogSizes USUAL = new LogSizes(16 << 20, 1 << 20, 1_000_000, 128L << 20);

        public LogSizes {
            require(segmentBytes > 0 && preallocateBytes >= 0, "segment sizes");
            require(snapshotEntries > 0 && snapshotBytes > 0, "snapshot bounds");
            require(catchUpEntries >= 0, "entries for peers that lag");
        }

        /** Sizes that keep log for peers by bytes only. */
        public LogSizes(int segmentBytes, int preallocateBytes, long snapshotEntries, long snapshotBytes) {
            this(segmentBytes, preallocateBytes, snapshotEntries, snapshotBytes, Long.MAX_VALUE);
        }

        /** The same with a flush after so many entries if that comes sooner. */
        public LogSizes withSnapshotEntries(long entries) {
            return new LogSizes(
                    segmentBytes, preallocateBytes, Math.min(snapshotEntries, entries), snapshotBytes, catchUpEntries);
        }

        /** The same with at most so many entries kept for a peer that lags. */
        public LogSizes withCatchUpEntries(long entries) {
            return new LogSizes(segmentBytes, preallocateBytes, snapshotEntries, snapshotBytes, entries);
        }
    }

    public RaftSettings {
        require(memberId != 0, "member id 0");
        require(generation >= 0 && generation <= MAX_GENERATION, "generation");
        alsoListen = List.copyOf(alsoListen);
        founders = List.copyOf(founders);
    }

    /** The usual settings for the only member of a cluster, whose data is under {@code dataDirectory}. */
    public static RaftSettings usual(Path dataDirectory, long memberId, long clusterId, String peerHost, int peerPort) {
        return new RaftSettings(
                dataDirectory.resolve("log"),
                dataDirectory.resolve("acknowledged"),
                memberId,
                clusterId,
                0,
                peerHost,
                peerPort,
                List.of(),
                List.of(new GroupControl.Peer(memberId, peerHost + ":" + peerPort, false)),
                Optional.empty(),
                true,
                Timeouts.USUAL,
                Batching.USUAL,
                LogSizes.USUAL);
    }

    /** The same, listening on these addresses too. */
    public RaftSettings alsoListening(List<InetSocketAddress> addresses) {
        return with(addresses, founders, tls, alone, timeouts, batching, log);
    }

    /** The same with other timeouts, such as etcd's --heartbeat-interval and --election-timeout give. */
    public RaftSettings with(Timeouts other) {
        return with(alsoListen, founders, tls, alone, other, batching, log);
    }

    /** The same with other batches and queue. */
    public RaftSettings with(Batching other) {
        return with(alsoListen, founders, tls, alone, timeouts, other, log);
    }

    /** The same with other log sizes. */
    public RaftSettings with(LogSizes other) {
        return with(alsoListen, founders, tls, alone, timeouts, batching, other);
    }

    /** The same, founded by others too. */
    public RaftSettings foundedBy(List<GroupControl.Peer> members) {
        return with(alsoListen, members, tls, members.size() == 1, timeouts, batching, log);
    }

    /** The same, speaking TLS with the others. */
    public RaftSettings secured(TlsSetup setup) {
        return with(alsoListen, founders, Optional.of(setup), alone, timeouts, batching, log);
    }

    /** The same member at the same place, with all else as given. */
    private RaftSettings with(
            List<InetSocketAddress> otherAlsoListen,
            List<GroupControl.Peer> otherFounders,
            Optional<TlsSetup> otherTls,
            boolean otherAlone,
            Timeouts otherTimeouts,
            Batching otherBatching,
            LogSizes otherLog) {
        return new RaftSettings(
                logDirectory,
                acknowledgedFile,
                memberId,
                clusterId,
                generation,
                peerHost,
                peerPort,
                otherAlsoListen,
                otherFounders,
                otherTls,
                otherAlone,
                otherTimeouts,
                otherBatching,
                otherLog);
    }

    /** The file with the number of this member's last life. */
    Path sessionFile() {
        return acknowledgedFile.resolveSibling("session");
    }

    /** The Raft group's name, the same on every member of the cluster. */
    UUID groupId() {
        return groupId(clusterId, generation);
    }

    private static UUID groupId(long clusterId, int generation) {
        return new UUID(0x6d61_696e_7374_4000L + generation, clusterId);
    }

    /** What peers are told of the cluster, to be sure that both mean the same. */
    String clusterName() {
        return PeerWire.clusterName(clusterId, generation);
    }

    /** Where Ratis keeps the segments and its metadata. */
    Path segmentDirectory() {
        return segmentDirectory(logDirectory, clusterId, generation);
    }

    static Path segmentDirectory(Path logDirectory, long clusterId, int generation) {
        return logDirectory.resolve(groupId(clusterId, generation).toString()).resolve("current");
    }

    /** The same in an earlier generation. */
    public RaftSettings ofGeneration(int other) {
        return new RaftSettings(
                logDirectory,
                acknowledgedFile,
                memberId,
                clusterId,
                other,
                peerHost,
                peerPort,
                alsoListen,
                founders,
                tls,
                alone,
                timeouts,
                batching,
                log);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("raft settings: " + what);
        }
    }
}
