package dev.mainstay.node.consensus;

import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a follower at once that entries were committed. Ratis wakes its appender for that, which then finds no entry to send
 * and leaves it to the next heartbeat; a write that came to the follower, and nothing after it, would wait so long for its
 * answer. Used by the appender's thread.
 */
class CommitAppender extends GrpcLogAppender {

    /** The follower was told once, or is being told, that all up to here is committed; if that is lost, a heartbeat repeats it. */
    private long announced = -1;

    CommitAppender(RaftServer.Division server, LeaderState leader, FollowerInfo follower) {
        super(server, leader, follower);
    }

    @Override
    public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
            throws RaftLogIOException {
        AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
        if (request != null) {
            announced = Math.max(announced, committedBy(request));
            return request;
        }
        long news = Math.min(getRaftLog().getLastCommittedIndex(), getFollower().getNextIndex() - 1);
        // While entries are under way the follower would take nothing from it; their acknowledgement wakes this again.
        if (news <= announced || hasPendingDataRequests()) {
            return null;
        }
        announced = news;
        return super.newAppendEntriesRequest(callId, true);
    }

    /** How far the follower commits by this: not beyond what it has been sent. */
    private static long committedBy(AppendEntriesRequestProto request) {
        long before = request.hasPreviousLog() ? request.getPreviousLog().getIndex() : 0;
        return Math.min(request.getLeaderCommit(), before + request.getEntriesCount());
    }
}
