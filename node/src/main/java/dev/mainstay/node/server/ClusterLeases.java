package dev.mainstay.node.server;

import dev.mainstay.node.api.LeaseClock;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.LeaderCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerException.Reason;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.consensus.ReadBarrier;
import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.TimeLeft;
import dev.mainstay.node.observability.MemberMeters;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The time of leases as the leader keeps it: this member's own keeper while it leads, the leader's over the peer port
 * otherwise.
 *
 * <p>Question: the lease's id, 8 bytes. Answer: 8 bytes, the TTL or the seconds left, {@value #GONE} for a lease that isn't
 * there.
 */
final class ClusterLeases implements LeaseClock {

    private static final long GONE = -1;

    private final LeaseKeeper keeper;
    private final ReadBarrier barrier;
    private final LeaderCalls leader;
    private final MemberMeters meters;

    ClusterLeases(LeaseKeeper keeper, ReadBarrier barrier, LeaderCalls leader, MemberMeters meters) {
        this.keeper = keeper;
        this.barrier = barrier;
        this.leader = leader;
        this.meters = meters;
    }

    /** Answers what other members ask of this one while it leads. */
    static void answer(PeerMethods methods, LeaseKeeper keeper) {
        methods.register(
                PeerMethod.KEEP_ALIVE,
                (_, request) -> keeper.keepAlive(id(request)).thenCompose(answer -> switch (answer) {
                    case KeepAlive.Renewed(long ttlSeconds) -> CompletableFuture.completedFuture(bytes(ttlSeconds));
                    case KeepAlive.Gone() -> CompletableFuture.completedFuture(bytes(GONE));
                    case KeepAlive.Failed(ErrorCode code) -> failed(code.message());
                }));
        methods.register(PeerMethod.TIME_TO_LIVE, (_, request) -> {
            OptionalLong seconds = keeper.remainingSeconds(id(request));
            return seconds.isEmpty()
                    ? failed("not leader")
                    : CompletableFuture.completedFuture(bytes(seconds.getAsLong()));
        });
    }

    @Override
    public CompletableFuture<KeepAlive> keepAlive(long id) {
        return keeper.keepAlive(id)
                .thenCompose(own -> own instanceof KeepAlive.Failed ? askToKeep(id) : done(own))
                .whenComplete((answer, _) -> {
                    if (answer instanceof KeepAlive.Renewed) {
                        meters.leaseRenewed();
                    }
                });
    }

    private CompletableFuture<KeepAlive> askToKeep(long id) {
        return leader.ask(PeerMethod.KEEP_ALIVE, bytes(id))
                .<KeepAlive>thenApply(answer -> {
                    long ttl = id(answer);
                    return ttl == GONE ? new KeepAlive.Gone() : new KeepAlive.Renewed(ttl);
                })
                .exceptionally(_ -> new KeepAlive.Failed(ErrorCode.TIMEOUT));
    }

    @Override
    public CompletableFuture<TimeLeft> timeLeft(long id) {
        OptionalLong own = keeper.remainingSeconds(id);
        return own.isPresent() ? done(timeLeftOf(own.getAsLong())) : askTimeLeft(id);
    }

    private CompletableFuture<TimeLeft> askTimeLeft(long id) {
        return leader.ask(PeerMethod.TIME_TO_LIVE, bytes(id))
                .thenCombine(
                        barrier.await(),
                        (answer, refusal) ->
                                refusal.<TimeLeft>map(TimeLeft.Failed::new).orElseGet(() -> timeLeftOf(id(answer))))
                .exceptionally(_ -> new TimeLeft.Failed(ErrorCode.TIMEOUT));
    }

    private static TimeLeft timeLeftOf(long seconds) {
        return seconds == GONE ? new TimeLeft.Gone() : new TimeLeft.Seconds(seconds);
    }

    private static <T> CompletableFuture<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static CompletableFuture<byte[]> failed(String why) {
        return CompletableFuture.failedFuture(new PeerException(Reason.FAILED, why));
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static long id(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }
}
