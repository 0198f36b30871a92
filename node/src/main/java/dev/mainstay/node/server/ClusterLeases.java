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
import dev.mainstay.node.leader.LeadersLeases;
import dev.mainstay.node.leader.TimeLeft;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.observability.MemberMeters;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The time of leases as the leader keeps it: this member's own keeper while it leads, the leader's over the peer port
 * otherwise.
 *
 * <p>A leader that has been deposed and doesn't know it yet doesn't know the leases of its successor either: that a lease
 * isn't there is told only after a read barrier.
 *
 * <p>Question: the lease's id, 8 bytes. Answer: 8 bytes, the TTL or the seconds left, {@value #GONE} for a lease that isn't
 * there.
 */
final class ClusterLeases implements LeaseClock {

    private static final long GONE = -1;

    private final LeadersLeases own;
    private final ReadBarrier barrier;
    private final LeaderCalls leader;
    private final LeaseTable leases;
    private final MemberMeters meters;

    /** @param leases as this member has applied them */
    ClusterLeases(LeadersLeases own, ReadBarrier barrier, LeaderCalls leader, LeaseTable leases, MemberMeters meters) {
        this.own = own;
        this.barrier = barrier;
        this.leader = leader;
        this.leases = leases;
        this.meters = meters;
    }

    /** Answers what other members ask of this one while it leads. */
    static void answer(PeerMethods methods, LeadersLeases own) {
        methods.register(
                PeerMethod.KEEP_ALIVE,
                (_, request) -> own.keepAlive(id(request)).thenCompose(answer -> switch (answer) {
                    case KeepAlive.Renewed(long ttlSeconds) -> done(bytes(ttlSeconds));
                    case KeepAlive.Gone() -> done(bytes(GONE));
                    case KeepAlive.Failed(ErrorCode code) -> failed(code.message());
                }));
        methods.register(
                PeerMethod.TIME_TO_LIVE,
                (_, request) -> own.timeLeft(id(request)).thenCompose(answer -> switch (answer) {
                    case TimeLeft.Seconds(long seconds) -> done(bytes(seconds));
                    case TimeLeft.Gone() -> done(bytes(GONE));
                    case TimeLeft.Failed(ErrorCode code) -> failed(code.message());
                }));
    }

    @Override
    public CompletableFuture<KeepAlive> keepAlive(long id) {
        return own.keepAlive(id)
                .thenCompose(answer -> answer instanceof KeepAlive.Failed failed && asksLeader(failed.code())
                        ? askToKeep(id)
                        : done(answer))
                .thenCompose(answer -> answer instanceof KeepAlive.Gone
                        ? whyNotGone(id)
                                .thenApply(why -> why.<KeepAlive>map(KeepAlive.Failed::new)
                                        .orElse(answer))
                        : done(answer))
                .whenComplete((answer, _) -> {
                    if (answer instanceof KeepAlive.Renewed) {
                        meters.leaseRenewed();
                    }
                });
    }

    /** A leader that lags has the last word all the same. */
    private static boolean asksLeader(ErrorCode ownFailure) {
        return ownFailure != ErrorCode.TIMEOUT_APPLYING;
    }

    private CompletableFuture<KeepAlive> askToKeep(long id) {
        return leader.ask(PeerMethod.KEEP_ALIVE, bytes(id))
                .<KeepAlive>thenApply(answer -> {
                    long ttl = id(answer);
                    return ttl == GONE ? new KeepAlive.Gone() : new KeepAlive.Renewed(ttl);
                })
                .exceptionally(thrown -> new KeepAlive.Failed(code(thrown)));
    }

    @Override
    public CompletableFuture<TimeLeft> timeLeft(long id) {
        return own.timeLeft(id)
                .thenCompose(answer -> answer instanceof TimeLeft.Failed failed && asksLeader(failed.code())
                        ? askTimeLeft(id)
                        : done(answer))
                .thenCompose(answer -> answer instanceof TimeLeft.Gone
                        ? whyNotGone(id)
                                .thenApply(why ->
                                        why.<TimeLeft>map(TimeLeft.Failed::new).orElse(answer))
                        : done(answer));
    }

    /** Empty once this member knows all that was committed, and not of this lease; else why nobody can say so. */
    private CompletableFuture<Optional<ErrorCode>> whyNotGone(long id) {
        return barrier.await()
                .thenApply(refusal -> refusal.isPresent() || leases.get(id) == null
                        ? refusal
                        : Optional.of(ErrorCode.LEADER_CHANGED));
    }

    private CompletableFuture<TimeLeft> askTimeLeft(long id) {
        return leader.ask(PeerMethod.TIME_TO_LIVE, bytes(id))
                .thenCombine(
                        barrier.await(),
                        (answer, refusal) ->
                                refusal.<TimeLeft>map(TimeLeft.Failed::new).orElseGet(() -> timeLeftOf(id(answer))))
                .exceptionally(thrown -> new TimeLeft.Failed(code(thrown)));
    }

    private static TimeLeft timeLeftOf(long seconds) {
        return seconds == GONE ? new TimeLeft.Gone() : new TimeLeft.Seconds(seconds);
    }

    private static ErrorCode code(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return cause instanceof PeerException failure && failure.reason() == Reason.NO_LEADER
                ? ErrorCode.NO_LEADER
                : ErrorCode.TIMEOUT;
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
