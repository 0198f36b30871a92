package dev.mainstay.node.consensus;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** Our settings in Ratis' words. What isn't named here keeps Ratis' default. */
final class RatisProperties {

    /** A pause, such as a laptop's sleep, must not end the member: Ratis would close itself after a minute. */
    private static final TimeDuration NEVER = TimeDuration.valueOf(3_650, TimeUnit.DAYS);

    private RatisProperties() {}

    static RaftProperties of(RaftSettings settings) {
        var properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, new MeteredTransport());
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(settings.logDirectory().toFile()));
        RaftServerConfigKeys.setCloseThreshold(properties, NEVER);
        timeouts(properties, settings.timeouts(), settings.alone());
        durability(properties);
        replication(properties);
        sizes(properties, settings);
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setTimeout(
                properties, millis(settings.timeouts().requestMillis()));
        // Nothing is retried under the same call id, so the cache only costs memory: about 1 KiB per batch.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        if (!settings.peerHost().isEmpty()) {
            GrpcConfigKeys.Server.setHost(properties, settings.peerHost());
        }
        GrpcConfigKeys.Server.setPort(properties, settings.peerPort());
        return properties;
    }

    /** The largest message between peers. */
    static int messageBytes(RaftSettings settings) {
        return settings.batching().maxEntryBytes() + (2 << 20);
    }

    static Parameters parameters(
            PeerPort port, PeerSecurity security, PeerMeter meter, CommitNews news, AppenderThreads threads) {
        var parameters = new Parameters();
        MeteredTransport.install(parameters, meter, news, threads);
        security.secure(parameters);
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, port);
        return parameters;
    }

    /**
     * A follower looks only once per sleep of a random length whether it has heard of the leader for that long, so it may
     * notice a leader's end as late as two such lengths after it. To stand within etcd's time, an election timeout and a
     * bit, it sleeps for 0.4 to 0.6 of it; the spread keeps two from standing at once. Ratis beats at half the minimum.
     * Before the first leader, and in a restarted member, there is less to wait for: the others' pre-vote protects a leader.
     */
    private static void timeouts(RaftProperties properties, RaftSettings.Timeouts timeouts, boolean alone) {
        int election = timeouts.electionMillis();
        int least = Math.max(1, 4 * election / 10);
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, millis(least));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, millis(Math.max(least + 1, 6 * election / 10)));
        // A leader that stood down since it lost the others may be the only one who can lead again when they are back.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, millis(election));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, millis(alone ? 1 : Math.max(1, election / 4)));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, millis(alone ? 2 : Math.max(2, least)));
    }

    /** An entry counts as written when its fsync has returned, and each batch is one entry and one fsync. */
    private static void durability(RaftProperties properties) {
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    }

    /**
     * Ratis would let a resent request pass for one that is under way when both begin at the same entry, even if the new one
     * is longer, and acknowledge entries that the follower doesn't have.
     */
    private static void replication(RaftProperties properties) {
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, false);
    }

    private static void sizes(RaftProperties properties, RaftSettings settings) {
        int entry = settings.batching().maxEntryBytes();
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf(entry));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf(entry + 64));
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf(messageBytes(settings)));
        RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf(4L * entry + (4L << 20)));
        RaftServerConfigKeys.Log.setQueueByteLimit(properties, SizeInBytes.valueOf(4L * entry));
        RaftServerConfigKeys.Log.setSegmentSizeMax(
                properties, SizeInBytes.valueOf(settings.log().segmentBytes()));
        RaftServerConfigKeys.Log.setPreallocatedSize(
                properties, SizeInBytes.valueOf(settings.log().preallocateBytes()));
        // The open segment is always cached; closed ones only until they are applied, and no more than two.
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(
                properties, SizeInBytes.valueOf(settings.log().segmentBytes()));
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        // A lagging follower is told so, and fetches the state by itself.
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setCreationGap(properties, 1L);
    }

    private static TimeDuration millis(int millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
