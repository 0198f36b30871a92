package dev.mainstay.node.consensus;

import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLogIOException;
import org.jspecify.annotations.Nullable;

/** Ratis' gRPC transport that also reports what a leader sends. Ratis makes it by its name. */
public final class MeteredTransport implements RpcType {

    private static final String METER = "mainstay.peer.meter";
    private static final String NEWS = "mainstay.commit.news";
    private static final String THREADS = "mainstay.appender.threads";

    /** Called by Ratis. */
    public MeteredTransport() {}

    /** Says where the transport made with these parameters is to report to, who waits for commits, and who sends when nobody comes by. */
    static void install(Parameters parameters, PeerMeter meter, CommitNews news, AppenderThreads threads) {
        parameters.put(METER, meter, PeerMeter.class);
        parameters.put(NEWS, news, CommitNews.class);
        parameters.put(THREADS, threads, AppenderThreads.class);
    }

    @Override
    public String name() {
        return MeteredTransport.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        PeerMeter meter = parameters.getNonNull(METER, PeerMeter.class);
        CommitNews news = parameters.getNonNull(NEWS, CommitNews.class);
        AppenderThreads threads = parameters.getNonNull(THREADS, AppenderThreads.class);
        return new GrpcFactory(parameters) {
            @Override
            public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
                return new MeteredAppender(server, state, follower, meter, news, threads);
            }
        };
    }

    /** Sends the log to one follower. */
    private static final class MeteredAppender extends CommitAppender {

        private final PeerMeter meter;
        private final long follower;
        private final long beatMillis;
        private long lastNanos;
        private boolean first = true;

        MeteredAppender(
                RaftServer.Division server,
                LeaderState state,
                FollowerInfo follower,
                PeerMeter meter,
                CommitNews news,
                AppenderThreads threads) {
            super(server, state, follower, news, threads);
            this.meter = meter;
            this.follower = RatisGroup.memberId(follower.getId());
            // Ratis beats twice in the shortest time after which a follower misses its leader.
            this.beatMillis =
                    RaftServerConfigKeys.Rpc.timeoutMin(server.getRaftServer().getProperties())
                                    .toLong(TimeUnit.MILLISECONDS)
                            / 2;
        }

        @Override
        public @Nullable AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
                throws RaftLogIOException {
            AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
            if (request != null) {
                noteDelay();
                meter.sent(follower, request.getSerializedSize());
            }
            return request;
        }

        /** Only of a follower that answered the last time: Ratis lets more and more time pass for one that doesn't. */
        private void noteDelay() {
            long now = System.nanoTime();
            long gapMillis = TimeUnit.NANOSECONDS.toMillis(now - lastNanos);
            if (!first
                    && gapMillis > 2 * beatMillis
                    && getFollower().getLastRpcResponseTime().elapsedTimeMs() <= gapMillis) {
                meter.heartbeatLate(follower);
            }
            first = false;
            lastNanos = now;
        }
    }
}
