package dev.mainstay.node.consensus;

import dev.mainstay.node.consensus.PeerException.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Asks whoever leads, this member itself or another, and tries again while nobody does or the leader changes. Only for
 * questions that may be asked twice. Any thread.
 */
public final class LeaderCalls {

    /** How long to wait before the next attempt. */
    public static final long PAUSE_MILLIS = 50;

    private static final Executor PAUSE = CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);

    private final RaftStatus raft;
    private final PeerCalls peers;
    private final LongSupplier nanoClock;
    private final long patienceNanos;
    private final Executor afterPause;

    /** @param patienceMillis for how long to try */
    public LeaderCalls(RaftStatus raft, PeerCalls peers, LongSupplier nanoClock, long patienceMillis) {
        this(raft, peers, nanoClock, patienceMillis, PAUSE);
    }

    /** @param afterPause runs the next attempt {@value #PAUSE_MILLIS} ms after it was handed over */
    public LeaderCalls(
            RaftStatus raft, PeerCalls peers, LongSupplier nanoClock, long patienceMillis, Executor afterPause) {
        this.raft = raft;
        this.peers = peers;
        this.nanoClock = nanoClock;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        this.afterPause = afterPause;
    }

    /** @return the leader's answer; fails with the last {@link PeerException} when patience ends */
    public CompletableFuture<byte[]> ask(PeerMethod method, byte[] request) {
        return attempt(method, request, nanoClock.getAsLong() + patienceNanos);
    }

    private CompletableFuture<byte[]> attempt(PeerMethod method, byte[] request, long deadlineNanos) {
        long leader = raft.leaderId();
        CompletableFuture<byte[]> answer = leader == 0
                ? CompletableFuture.failedFuture(new PeerException(Reason.NO_LEADER, "no leader"))
                : peers.call(leader, method, request);
        return answer.exceptionallyCompose(thrown -> {
            if (nanoClock.getAsLong() - deadlineNanos >= 0) {
                return CompletableFuture.failedFuture(unwrapped(thrown));
            }
            return CompletableFuture.runAsync(() -> {}, afterPause)
                    .thenCompose(_ -> attempt(method, request, deadlineNanos));
        });
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown instanceof CompletionException && cause != null ? cause : thrown;
    }
}
