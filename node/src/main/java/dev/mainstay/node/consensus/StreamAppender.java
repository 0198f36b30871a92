package dev.mainstay.node.consensus;

import dev.mainstay.node.consensus.SentEntries.Sent;
import java.io.IOException;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppenderBase;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ClientCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the log to one follower without a thread of its own: whoever appended an entry sends it in passing, and what the
 * network brings is dealt with on its thread, one after the other ({@link Turns}). Ratis' own appender has a thread per follower that
 * is woken for every entry, every answer and every commit, and takes each answer on a thread of yet another pool; with few
 * writers these wake-ups were what a write cost.
 *
 * <p>Everything below happens in turns, so nothing of it is locked. What may take long isn't done in passing: a follower that is far
 * behind is sent what it lacks by a thread that {@link AppenderThreads#read reads}.
 */
abstract class StreamAppender extends LogAppenderBase {

    private static final Logger LOG = LoggerFactory.getLogger(StreamAppender.class);

    /** Requests with entries without an answer; only one until the first of a stream is answered. */
    private static final int MOST_UNANSWERED = 128;

    /** Entries that somebody sends in passing. A leader has no more than two under way. */
    private static final int FEW_ENTRIES = 16;

    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final long HEALTH_MILLIS = 50;

    private final Turns turns = new Turns(this::turn);
    private final AppenderThreads threads;
    private final PeerConnections connections;
    private final SnapshotNotice snapshots;
    private final long requestMillis;
    private final long heartbeatMillis;

    /** What has happened since the last turn: answers, the end of a stream. There are no more than unanswered requests. */
    private final Queue<Runnable> news = new ConcurrentLinkedQueue<>();

    private final AtomicLong calls = new AtomicLong();
    private final AtomicBoolean beatWanted = new AtomicBoolean();
    private final SentEntries sent = new SentEntries();
    private final Attempts attempts;
    private volatile boolean started;
    private volatile boolean stopped;
    private @Nullable ScheduledFuture<?> timer;
    private long timerNanos;
    private @Nullable ClientCall<AppendEntriesRequestProto, AppendEntriesReplyProto> stream;
    private int streams;
    private boolean streamAnswered;
    private boolean reading;
    private boolean givenUp;
    private long healthNanos = System.nanoTime();

    StreamAppender(RaftServer.Division server, LeaderState leader, FollowerInfo follower, AppenderThreads threads) {
        super(server, leader, follower);
        this.threads = threads;
        this.connections = new PeerConnections(server.getRaftServer());
        var properties = server.getRaftServer().getProperties();
        this.requestMillis = RaftServerConfigKeys.Rpc.requestTimeout(properties).toLong(TimeUnit.MILLISECONDS);
        this.heartbeatMillis =
                Math.max(1, RaftServerConfigKeys.Rpc.timeoutMin(properties).toLong(TimeUnit.MILLISECONDS) / 4);
        this.attempts = new Attempts(heartbeatMillis);
        this.snapshots = new SnapshotNotice(this, connections, requestMillis, heartbeatMillis, this::tell);
    }

    @Override
    public void start() {
        started = true;
        // Not here: whoever starts this is about to become the leader.
        var _ = threads.after(0, turns::ask);
    }

    @Override
    public CompletableFuture<LifeCycle.State> stopAsync() {
        stopped = true;
        CompletableFuture<LifeCycle.State> done = super.stopAsync();
        turns.ask();
        return done;
    }

    @Override
    public boolean isRunning() {
        return started && !stopped && super.isRunning();
    }

    /** Ratis' thread, which there is none of. */
    @Override
    public final void run() {
        throw new UnsupportedOperationException("the log is sent in turns");
    }

    @Override
    public void notifyLogAppender() {
        turns.ask();
    }

    /**
     * Whoever asks for a heartbeat notes only afterwards from which call on an answer counts, so this isn't sent before he has
     * returned.
     */
    @Override
    public void triggerHeartbeat() {
        if (beatWanted.compareAndSet(false, true)) {
            var _ = threads.after(0, turns::ask);
        }
    }

    @Override
    public boolean shouldSendAppendEntries() {
        return stream == null || super.shouldSendAppendEntries();
    }

    @Override
    public long getHeartbeatWaitTimeMs() {
        return beatWanted.get() ? 0 : super.getHeartbeatWaitTimeMs();
    }

    @Override
    public long getCallId() {
        return calls.get();
    }

    @Override
    public Comparator<Long> getCallIdComparator() {
        return (one, other) -> Long.signum(one - other);
    }

    @Override
    public boolean hasPendingDataRequests() {
        return sent.withEntries() > 0;
    }

    /** How long nothing needs to be sent unless something happens, in milliseconds. */
    long waitMillis() {
        return getHeartbeatWaitTimeMs();
    }

    private void tell(Runnable what) {
        news.add(what);
        turns.ask();
    }

    private void turn() {
        if (givenUp) {
            return;
        }
        try {
            for (Runnable next = news.poll(); next != null; next = news.poll()) {
                next.run();
            }
            if (stopped) {
                end();
                return;
            }
            if (isRunning() && pauseMillis() <= 0) {
                send();
            }
            wakeInTime();
        } catch (IOException | RuntimeException e) {
            giveUp(e);
        }
    }

    /** As Ratis does: what it keeps of entries that it was collecting can't be used any more, so another appender begins anew. */
    private void giveUp(Exception why) {
        LOG.warn("sending the log to member {} failed, and is begun anew", getFollowerId(), why);
        givenUp = true;
        end();
        if (!stopped) {
            var _ = threads.after(heartbeatMillis, () -> getLeaderState().restart(this));
        }
    }

    private void send() throws IOException {
        noteTimeouts();
        checkHealth();
        while (isDue()) {
            if (!isShort() && !AppenderThreads.mayRead()) {
                readElsewhere();
                return;
            }
            ClientCall<AppendEntriesRequestProto, AppendEntriesReplyProto> open = stream == null ? open() : stream;
            if (open == null || !open.isReady()) {
                return;
            }
            boolean onlyBeat = snapshots.isNeeded() || isFull();
            // Who wants a heartbeat from here on wants a later one than the next.
            boolean beat = beatWanted.getAndSet(false) || getHeartbeatWaitTimeMs() <= 0;
            if (onlyBeat && !beat) {
                return;
            }
            AppendEntriesRequestProto request = newAppendEntriesRequest(calls.getAndIncrement(), beat);
            if (request == null) {
                return;
            }
            sent.add(request);
            int entries = request.getEntriesCount();
            if (entries > 0) {
                getFollower().increaseNextIndex(request.getEntries(entries - 1).getIndex() + 1);
            }
            open.sendMessage(request);
            getFollower().updateLastRpcSendTime(entries == 0);
        }
    }

    private boolean isDue() {
        return shouldSendAppendEntries()
                || getRaftLog().getLastCommittedIndex() > getFollower().getCommitIndex();
    }

    private boolean isFull() {
        int waiting = sent.withEntries();
        return waiting >= MOST_UNANSWERED || (waiting > 0 && !streamAnswered);
    }

    /** Whether what there is to send takes no longer than the thread that came by has time. */
    private boolean isShort() {
        FollowerInfo follower = getFollower();
        return getRaftLog().getNextIndex() - follower.getNextIndex() <= FEW_ENTRIES
                && (follower.hasAttemptedToInstallSnapshot()
                        || !getLeaderState().isFollowerBootstrapping(follower));
    }

    private void readElsewhere() {
        if (!reading) {
            reading = threads.read(() -> tell(() -> reading = false));
        }
    }

    private @Nullable ClientCall<AppendEntriesRequestProto, AppendEntriesReplyProto> open() {
        ClientCall<AppendEntriesRequestProto, AppendEntriesReplyProto> fresh;
        try {
            fresh = connections
                    .channel(getFollowerId())
                    .newCall(
                            RaftServerProtocolServiceGrpc.getAppendEntriesMethod(),
                            CallOptions.DEFAULT.withExecutor(PeerCallThreads.sameThread()));
        } catch (IOException e) {
            LOG.debug("no way to member {}", getFollowerId(), e);
            failed();
            return null;
        }
        stream = fresh;
        streamAnswered = false;
        fresh.start(new Answers(++streams), new Metadata());
        // There are no more answers than requests without one.
        fresh.request(Integer.MAX_VALUE);
        return fresh;
    }

    private void end() {
        ScheduledFuture<?> wake = timer;
        if (wake != null) {
            wake.cancel(false);
        }
        ClientCall<?, ?> open = stream;
        stream = null;
        streams++;
        sent.clear();
        snapshots.end();
        if (open != null) {
            open.halfClose();
        }
    }

    /** What the follower has to say, on the network's thread. */
    private final class Answers extends ClientCall.Listener<AppendEntriesReplyProto> {

        private final int number;

        /** @param number of the stream; what comes from an earlier one doesn't count any more */
        Answers(int number) {
            this.number = number;
        }

        @Override
        public void onReady() {
            turns.ask();
        }

        @Override
        public void onMessage(AppendEntriesReplyProto reply) {
            tell(() -> {
                if (number == streams) {
                    answered(reply);
                }
            });
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            tell(() -> {
                if (number == streams) {
                    LOG.debug("the stream to member {} has ended: {}", getFollowerId(), status);
                    broken();
                }
            });
        }
    }

    private void answered(AppendEntriesReplyProto reply) {
        FollowerInfo follower = getFollower();
        Sent request = sent.answered(reply.getServerReply().getCallId());
        if (request != null) {
            follower.updateLastRespondedAppendEntriesSendTime(request.at());
        }
        follower.updateLastRpcResponseTime();
        streamAnswered = true;
        AppendResult result = reply.getResult();
        if (result != AppendResult.INCONSISTENCY) {
            attempts.succeeded();
        }
        switch (result) {
            case SUCCESS -> {
                getLeaderState().onFollowerCommitIndex(follower, reply.getFollowerCommit());
                matches(reply.getMatchIndex());
            }
            case NOT_LEADER -> {
                if (onFollowerTerm(reply.getTerm())) {
                    return;
                }
            }
            case INCONSISTENCY -> {
                LOG.debug(
                        "member {} has another log than expected, its next entry is {}",
                        getFollowerId(),
                        reply.getNextIndex());
                sent.clear();
                matches(committedInBoth(reply.getFollowerCommit(), getRaftLog().getLastCommittedIndex()));
                follower.setNextIndex(getNextIndexForInconsistency(
                        request == null ? -1 : request.firstIndex(), reply.getNextIndex()));
                failed();
            }
            default -> throw new IllegalStateException("an answer of another version: " + result);
        }
        getLeaderState().onAppendEntriesReply(this, reply);
    }

    /**
     * Up to where a follower has what is committed here though it refused what it was sent, -1 if that can't be told: two logs don't
     * differ in what is committed in both. One that was a member before refuses entries that it has committed, and would otherwise
     * not be known to have them before there is a new one. An empty log calls its first entry committed.
     */
    static long committedInBoth(long there, long here) {
        long both = Math.min(there, here);
        return both > RaftLog.LEAST_VALID_LOG_INDEX ? both : RaftLog.INVALID_LOG_INDEX;
    }

    private void matches(long index) {
        FollowerInfo follower = getFollower();
        if (follower.updateMatchIndex(index)) {
            follower.updateNextIndex(index + 1);
            getLeaderState().onFollowerSuccessAppendEntries(follower);
        }
    }

    /** What wasn't answered goes again: the follower compares what it has, and doesn't write it twice. */
    private void broken() {
        stream = null;
        streams++;
        long first = sent.firstIndex();
        sent.clear();
        if (first >= 0) {
            getFollower().setNextIndex(Math.max(first, getFollower().getMatchIndex() + 1));
        }
        connections.open(getFollowerId());
        failed();
    }

    private void failed() {
        attempts.failed(System.nanoTime());
    }

    private long pauseMillis() {
        return attempts.pauseMillis(System.nanoTime());
    }

    private void noteTimeouts() {
        int late = sent.forget(requestMillis);
        if (late > 0) {
            LOG.debug("member {} left {} requests unanswered", getFollowerId(), late);
        }
    }

    private void checkHealth() {
        long now = System.nanoTime();
        if (now - healthNanos >= TimeUnit.MILLISECONDS.toNanos(HEALTH_MILLIS)) {
            healthNanos = now;
            getLeaderState().checkHealth(getFollower());
        }
    }

    /** Sees to it that there is a turn when something is due though nothing has happened. */
    private void wakeInTime() {
        long pause = pauseMillis();
        long millis = pause > 0 ? pause : waitMillis();
        if (millis <= 0) {
            // It is due and can't be sent: there is no connection, or this is no leader yet.
            millis = LOOK_AGAIN_MILLIS;
        }
        long now = System.nanoTime();
        long at = now + TimeUnit.MILLISECONDS.toNanos(millis);
        ScheduledFuture<?> known = timer;
        if (known != null) {
            // One whose time has come may be what runs this, and counts no more.
            if (timerNanos - now > 0 && timerNanos - at <= 0) {
                return;
            }
            known.cancel(false);
        }
        timerNanos = at;
        timer = threads.after(millis, turns::ask);
    }
}
