package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ratis' server with our one group in it. Any thread. */
final class RatisGroup implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RatisGroup.class);

    private static final long EVICTION_PATIENCE_MILLIS = 2_000;

    private final RaftServer server;
    private final RaftServer.Division division;
    private final RaftGroupId id;
    private final RaftPeerId self;
    private final long memberId;
    private final String address;
    private final Path segments;
    private final LogNeed need;
    private final PeerConnections connections;
    private final ClientId client = ClientId.randomId();
    private volatile @Nullable Thread logThread;

    private RatisGroup(RaftServer server, RaftGroupId id, RaftPeerId self, RaftSettings settings) throws IOException {
        this.server = server;
        this.connections = new PeerConnections(server);
        this.id = id;
        this.self = self;
        this.memberId = settings.memberId();
        this.address = Stream.concat(
                        Stream.of(settings.peerHost() + ":" + settings.peerPort()),
                        settings.alsoListen().stream().map(more -> more.getHostString() + ":" + more.getPort()))
                .collect(Collectors.joining(", "));
        this.segments = settings.segmentDirectory();
        this.need = LogNeed.of(settings.log().catchUpEntries());
        this.division = server.getDivision(id);
    }

    /** Makes the server; nothing is read or opened before {@link #start}. */
    static RatisGroup of(RaftSettings settings, LogStateMachine stateMachine, Parameters parameters)
            throws IOException {
        RatisProcess.tame();
        Files.createDirectories(settings.logDirectory());
        RaftPeerId self = peerId(settings.memberId());
        RaftGroupId id = RaftGroupId.valueOf(settings.groupId());
        List<RaftPeer> founders =
                settings.founders().stream().map(RatisGroup::ratisPeer).toList();
        RaftServer server = RaftServer.newBuilder()
                .setServerId(self)
                .setGroup(RaftGroup.valueOf(id, founders))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setStateMachineRegistry(group -> {
                    if (!group.equals(id)) {
                        throw new IllegalStateException("the log directory holds the log of another cluster: " + group);
                    }
                    return stateMachine;
                })
                .setProperties(RatisProperties.of(settings))
                .setParameters(parameters)
                .build();
        return new RatisGroup(server, id, self, settings);
    }

    /** The name under which Ratis keeps this member's metrics. */
    static String metricsName(RaftSettings settings) {
        return RaftGroupMemberId.valueOf(peerId(settings.memberId()), RaftGroupId.valueOf(settings.groupId()))
                .toString();
    }

    /** Opens the log and the peer port, and takes part. */
    void start() throws IOException {
        try {
            server.start();
        } catch (IOException | RuntimeException e) {
            throw explained(e);
        }
    }

    private IOException explained(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).startsWith("Failed to bind")) {
                return new IOException(
                        "can't listen for peers on " + address + ": " + reason(cause)
                                + ". Stop what uses that address, or change --listen-peer-urls.",
                        failure);
            }
        }
        return failure instanceof CompletionException
                ? new IOException("the Raft log can't be opened: " + failure.getCause(), failure.getCause())
                : new IOException("Raft can't start: " + failure.getMessage(), failure);
    }

    private static String reason(Throwable cause) {
        Throwable deeper = cause.getCause();
        return String.valueOf(deeper == null ? cause.getMessage() : deeper.getMessage());
    }

    /** Ratis' door for proposals that appends on the caller's thread. */
    RaftClientAsynchronousProtocol division() {
        return (RaftClientAsynchronousProtocol) division;
    }

    RaftServer server() {
        return server;
    }

    RaftConfiguration configuration() {
        return division.getRaftConf();
    }

    /** How far each member has committed, as this one knows. */
    Collection<CommitInfoProto> commitInfos() {
        return division.getCommitInfos();
    }

    /** Whom this member sends to while it leads. */
    List<ServerRpcProto> followers() {
        return division.getInfo().getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
    }

    /**
     * Whether this member has heard from its leader within so many milliseconds or, if it leads itself, from a majority of
     * the voters.
     */
    boolean isConnected(int millis) {
        RoleInfoProto role = division.getInfo().getRoleInfoProto();
        if (!role.hasLeaderInfo()) {
            ServerRpcProto leader = role.getFollowerInfo().getLeaderInfo();
            return leader.hasId() && leader.getLastRpcElapsedTimeMs() <= millis;
        }
        Set<ByteString> heard = new HashSet<>();
        heard.add(self.toByteString());
        for (ServerRpcProto follower : role.getLeaderInfo().getFollowerInfoList()) {
            if (follower.getLastRpcElapsedTimeMs() <= millis) {
                heard.add(follower.getId().getId());
            }
        }
        Collection<RaftPeer> voters = division.getRaftConf().getCurrentPeers();
        long connected = voters.stream()
                .filter(voter -> heard.contains(voter.getId().toByteString()))
                .count();
        return connected > voters.size() / 2;
    }

    boolean leads() {
        return division.getInfo().isLeader();
    }

    /** Where a member's peers reach it. */
    Optional<String> address(long memberId) {
        RaftPeer peer = division.getRaftConf().getPeer(peerId(memberId), RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER);
        return Optional.ofNullable(peer).map(RaftPeer::getAddress);
    }

    /** Whether the configuration says that this member only listens, while Ratis has it wait for a vote of its own. */
    boolean mistakesLearnerForVoter() {
        RaftConfiguration configuration = division.getRaftConf();
        return configuration.getPreviousPeers().isEmpty()
                && configuration.getPeer(self, RaftPeerRole.LISTENER) != null
                && division.getInfo().getCurrentRole() != RaftPeerRole.LISTENER;
    }

    /** Tells Ratis how far this member's state is durable, so that it needs no snapshot up to there. */
    void noteDurable(long index) {
        division.getRaftLog().updateSnapshotIndex(index);
    }

    /** Connects to peers now that there is no connection to. Costs nothing for one that stands. */
    void reconnect() {
        RaftConfiguration configuration = division.getRaftConf();
        Stream.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)
                .flatMap(role -> configuration.getAllPeers(role).stream())
                .map(RaftPeer::getId)
                .filter(peer -> !peer.equals(self))
                .forEach(connections::open);
    }

    RaftPeerId self() {
        return self;
    }

    RaftGroupId id() {
        return id;
    }

    /** Whether what this member has applied is all there is: it leads, is ready, and nobody else has a vote. */
    boolean leadsAlone() {
        DivisionInfo info = division.getInfo();
        if (!info.isLeader() || !info.isLeaderReady()) {
            return false;
        }
        RaftConfiguration configuration = division.getRaftConf();
        return configuration.getCurrentPeers().size() == 1
                && configuration.getPreviousPeers().isEmpty();
    }

    /** The leader's etcd id, 0 if unknown. */
    long leaderId() {
        RaftPeerId leader = division.getInfo().getLeaderId();
        if (leader == null) {
            return 0;
        }
        return leader.equals(self) ? memberId : memberId(leader);
    }

    long term() {
        return division.getInfo().getCurrentTerm();
    }

    /** How many entries are committed: as in etcd, whose log begins at 1 where Ratis' begins at 0. */
    long committedIndex() {
        return division.getRaftLog().getLastCommittedIndex() + 1;
    }

    /** The last entry of the log, committed or not, with its term; null if the log holds none. Index counted from 1, as in etcd. */
    @Nullable
    LogPosition lastEntry() {
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        return last == null ? null : new LogPosition(last.getTerm(), last.getIndex() + 1);
    }

    /** The last entry that the disk has, as Ratis counts. */
    long flushedIndex() {
        return division.getRaftLog().getFlushIndex();
    }

    /** One read-index round: true once this member has applied all that was committed when it began. */
    CompletableFuture<Boolean> readIndex() {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(self)
                .setGroupId(id)
                .setType(RaftClientRequest.readRequestType())
                .setMessage(Message.EMPTY)
                .build();
        try {
            return division().submitClientRequestAsync(request).thenApply(RaftClientReply::isSuccess);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Has entries applied that are known to be committed, without waiting for a leader to say so.
     *
     * @param index of the last one, as the log counts
     */
    void committed(long index) {
        var _ = division.getRaftLog().updateCommitIndex(index, term(), false);
    }

    /** The first entry that the log still has. */
    long firstIndex() {
        return division.getRaftLog().getStartIndex();
    }

    /** A committed entry; empty if the log doesn't have it any more, or not yet. */
    Optional<LoggedEntry> entry(long index) throws IOException {
        LogEntryProto entry = division.getRaftLog().get(index);
        return Optional.ofNullable(entry)
                .map(found -> new LoggedEntry(
                        new LogPosition(found.getTerm(), found.getIndex()),
                        found.hasStateMachineLogEntry()
                                ? Bytes.wrap(found.getStateMachineLogEntry()
                                        .getLogData()
                                        .toByteArray())
                                : Bytes.EMPTY));
    }

    /**
     * Drops the files of the log that hold nothing from {@code index} on and that no peer and not the archive still needs, as far as
     * {@link LogNeed} goes; returns before it is done. The entry at {@code index} stays: a state taken from here then
     * always ends within the log, and what follows can be told to fit. Ratis' own way, a snapshot request, does nothing when
     * the state has just become durable.
     */
    void dropLog(long index, Optional<ArchiveNeed> archive) {
        List<LogNeed.Piece> pieces = new ArrayList<>();
        try {
            for (SegmentFile segment : SegmentFile.list(segments)) {
                pieces.add(new LogNeed.Piece(segment.start(), Files.size(segment.path())));
            }
        } catch (IOException e) {
            LOG.debug("the log changed while it was looked at; it will be trimmed another time", e);
            return;
        }
        long droppable = need.droppable(index - 1, peers(), pieces);
        if (archive.isPresent()) {
            droppable = Math.min(droppable, archive.get().droppable(index - 1, pieces));
        }
        if (droppable > 0) {
            var _ = division.getRaftLog().purge(droppable);
        }
    }

    private List<LogNeed.Peer> peers() {
        Map<ByteString, Long> silences = new HashMap<>();
        for (ServerRpcProto follower : followers()) {
            silences.put(follower.getId().getId(), follower.getLastRpcElapsedTimeMs());
        }
        return commitInfos().stream()
                .map(peer -> new LogNeed.Peer(
                        peer.getCommitIndex(),
                        silences.getOrDefault(peer.getServer().getId(), 0L)))
                .toList();
    }

    /** To be called on the log's thread. */
    void onLogThread() {
        if (logThread == null) {
            logThread = Thread.currentThread();
        }
    }

    /** Ends the service. Nothing may be under way. */
    @Override
    public void close() throws IOException {
        // Ratis waits for its log thread, which looks up from its empty queue only once a second.
        Thread log = logThread;
        if (log != null && log.getState() == Thread.State.TIMED_WAITING) {
            log.interrupt();
        }
        endEviction();
        server.close();
    }

    /**
     * Ratis' close waits for the thread that trims the log's cache while it holds the lock which that thread may be
     * waiting for, and would then wait for good; so that thread is ended before.
     */
    private void endEviction() {
        String name = RaftGroupMemberId.valueOf(self, id) + "-cacheEviction";
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith(name)) {
                thread.interrupt();
                try {
                    thread.join(EVICTION_PATIENCE_MILLIS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    static RaftPeer ratisPeer(GroupControl.Peer peer) {
        return RaftPeer.newBuilder()
                .setId(peerId(peer.memberId()))
                .setAddress(peer.address())
                .setStartupRole(peer.learner() ? RaftPeerRole.LISTENER : RaftPeerRole.FOLLOWER)
                .build();
    }

    static RaftPeerId peerId(long memberId) {
        return RaftPeerId.valueOf(Long.toHexString(memberId));
    }

    static long memberId(RaftPeerId peer) {
        return Long.parseUnsignedLong(peer.toString(), 16);
    }
}
