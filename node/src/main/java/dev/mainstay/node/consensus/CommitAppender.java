package dev.mainstay.node.consensus;

import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a follower that entries were committed: at once if its own clients wait for that, else with the next entry or
 * {@value #HOLD_MILLIS} ms later, whichever comes first. A message that only says so costs as many thread switches as one
 * with entries. Ratis itself wakes its appender, finds no entry to send and leaves it to the next heartbeat, so long would a
 * write that came to the follower, and nothing after it, wait for its answer.
 *
 * <p>Sends again what nobody answered, see {@link UnansweredEntries}. Used in the appender's turns.
 */
class CommitAppender extends StreamAppender {

    private static final int HOLD_MILLIS = 2;

    /** The follower was told once, or is being told, that all up to here is committed; if that is lost, a heartbeat repeats it. */
    private long announced = -1;

    private final CommitNews news;
    private final long follower;
    private final UnansweredEntries unanswered = new UnansweredEntries();
    private boolean holding;
    private long heldSinceNanos;

    CommitAppender(
            RaftServer.Division server,
            LeaderState leader,
            FollowerInfo follower,
            CommitNews news,
            AppenderThreads threads) {
        super(server, leader, follower, threads);
        this.news = news;
        this.follower = RatisGroup.memberId(follower.getId());
    }

    @Override
    long waitMillis() {
        long usual = super.waitMillis();
        if (unanswered.isWaiting()) {
            usual = Math.min(usual, UnansweredEntries.PATIENCE_MILLIS);
        }
        return holding ? Math.min(usual, HOLD_MILLIS) : usual;
    }

    @Override
    public boolean shouldSendAppendEntries() {
        return isOverdue() || super.shouldSendAppendEntries();
    }

    @Override
    public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
            throws RaftLogIOException {
        if (isOverdue()) {
            unanswered.sentAgain();
            getFollower().setNextIndex(lastKnown() + 1);
        }
        AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
        if (request != null) {
            announced = Math.max(announced, committedBy(request));
            holding = false;
            return request;
        }
        long newest =
                Math.min(getRaftLog().getLastCommittedIndex(), getFollower().getNextIndex() - 1);
        // While entries are under way the follower would take nothing from it; their acknowledgement wakes this again.
        if (newest <= announced || hasPendingDataRequests() || !isDue()) {
            return null;
        }
        announced = newest;
        holding = false;
        return super.newAppendEntriesRequest(callId, true);
    }

    private boolean isOverdue() {
        return unanswered.isOverdue(
                System.nanoTime(), getFollower().getNextIndex() - 1, lastKnown(), hasPendingDataRequests());
    }

    /** The last entry that the follower is known to have, or that doesn't need it any more. */
    private long lastKnown() {
        return Math.max(getFollower().getMatchIndex(), getRaftLog().getLastCommittedIndex());
    }

    private boolean isDue() {
        if (news.isAwaited(follower, announced + 1)) {
            return true;
        }
        long now = System.nanoTime();
        if (!holding) {
            holding = true;
            heldSinceNanos = now;
        }
        return now - heldSinceNanos >= TimeUnit.MILLISECONDS.toNanos(HOLD_MILLIS);
    }

    /** How far the follower commits by this: not beyond what it has been sent. */
    private static long committedBy(AppendEntriesRequestProto request) {
        long before = request.hasPreviousLog() ? request.getPreviousLog().getIndex() : 0;
        return Math.min(request.getLeaderCommit(), before + request.getEntriesCount());
    }
}
