package dev.mainstay.node.consensus;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotResult;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a follower that the log doesn't reach back far enough for it, and asks a new one whether it does. The follower fetches the
 * state by itself. Used in an appender's turns.
 */
final class SnapshotNotice {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotNotice.class);

    private final LogAppender appender;
    private final PeerConnections connections;
    private final long requestMillis;
    private final long paceNanos;
    private final Consumer<Runnable> turns;
    private @Nullable ClientCall<InstallSnapshotRequestProto, InstallSnapshotReplyProto> call;
    private int notices;
    private long toldNanos;

    /**
     * @param requestMillis how long an answer may take
     * @param paceMillis between two notices; the follower is busy meanwhile
     * @param turns runs what has to be done in a turn
     */
    SnapshotNotice(
            LogAppender appender,
            PeerConnections connections,
            long requestMillis,
            long paceMillis,
            Consumer<Runnable> turns) {
        this.appender = appender;
        this.connections = connections;
        this.requestMillis = requestMillis;
        this.paceNanos = TimeUnit.MILLISECONDS.toNanos(paceMillis);
        this.turns = turns;
    }

    /** Whether the follower can't be sent entries now; tells it so if it is time to. */
    boolean isNeeded() throws IOException {
        if (call != null) {
            return true;
        }
        TermIndex firstAvailable = appender.shouldNotifyToInstallSnapshot();
        if (firstAvailable == null) {
            return false;
        }
        if (notices == 0 || System.nanoTime() - toldNanos >= paceNanos) {
            toldNanos = System.nanoTime();
            send(firstAvailable);
        }
        return true;
    }

    private void send(TermIndex firstAvailable) throws IOException {
        LOG.debug("member {} is told that the log begins at {}", appender.getFollowerId(), firstAvailable);
        ClientCall<InstallSnapshotRequestProto, InstallSnapshotReplyProto> fresh = connections
                .channel(appender.getFollowerId())
                .newCall(
                        RaftServerProtocolServiceGrpc.getInstallSnapshotMethod(),
                        CallOptions.DEFAULT
                                .withExecutor(PeerCallThreads.sameThread())
                                .withDeadlineAfter(requestMillis, TimeUnit.MILLISECONDS));
        call = fresh;
        int number = ++notices;
        fresh.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(InstallSnapshotReplyProto reply) {
                        turns.accept(() -> answered(reply));
                        fresh.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        turns.accept(() -> ended(number, status));
                    }
                },
                new Metadata());
        fresh.request(1);
        fresh.sendMessage(appender.newInstallSnapshotNotificationRequest(firstAvailable));
        fresh.halfClose();
        appender.getFollower().updateLastRpcSendTime(false);
    }

    private void ended(int number, Status status) {
        if (number == notices) {
            call = null;
            LOG.debug("the notice to member {} has ended: {}", appender.getFollowerId(), status);
        }
    }

    private void answered(InstallSnapshotReplyProto reply) {
        FollowerInfo follower = appender.getFollower();
        follower.updateLastRpcResponseTime();
        InstallSnapshotResult result = reply.getResult();
        LOG.debug("member {} answered a notice: {}", appender.getFollowerId(), result);
        switch (result) {
            case SUCCESS, SNAPSHOT_UNAVAILABLE -> follower.setAttemptedToInstallSnapshot();
            case ALREADY_INSTALLED, SNAPSHOT_INSTALLED -> {
                follower.setSnapshotIndex(reply.getSnapshotIndex());
                follower.setAttemptedToInstallSnapshot();
                appender.getLeaderState().onFollowerCommitIndex(follower, reply.getSnapshotIndex());
            }
            case NOT_LEADER -> {
                var _ = appender.onFollowerTerm(reply.getTerm());
            }
            case CONF_MISMATCH ->
                LOG.error(
                        "member {} expects the state itself instead of a notice that it is needed: it runs another version",
                        appender.getFollowerId());
            default -> {
                // It is at it, or was too late.
            }
        }
    }

    /** Nobody is told anything any more. */
    void end() {
        ClientCall<?, ?> open = call;
        call = null;
        if (open != null) {
            open.cancel("this member leads no more", null);
        }
    }
}
