package dev.mainstay.node.leader;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.AppliedWait;
import dev.mainstay.node.consensus.PeerCalls;
import dev.mainstay.node.consensus.PeerException;
import dev.mainstay.node.consensus.PeerMethod;
import dev.mainstay.node.consensus.PeerMethods;
import dev.mainstay.node.consensus.RaftStatus;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Changes of members asked of any member: made here if it leads, else handed to the leader. While there is none, or it has
 * just changed, it is tried again; a change whose fate is unknown never is. Any thread.
 */
public final class MemberRequests implements PeerMethods.Handler {

    private static final long PAUSE_MILLIS = 100;

    private final MembershipKeeper keeper;
    private final AppliedWait applied;
    private final RaftStatus raft;
    private final PeerCalls peers;
    private final Scheduler scheduler;
    private final LongSupplier nanoClock;
    private final long patienceNanos;

    /**
     * @param applied what a promotion waits for at the leader, which judges by what it has applied
     * @param patienceMillis for how long a leader is looked for
     */
    public MemberRequests(
            MembershipKeeper keeper,
            AppliedWait applied,
            RaftStatus raft,
            PeerCalls peers,
            Scheduler scheduler,
            LongSupplier nanoClock,
            long patienceMillis) {
        this.keeper = keeper;
        this.applied = applied;
        this.raft = raft;
        this.peers = peers;
        this.scheduler = scheduler;
        this.nanoClock = nanoClock;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    }

    /**
     * @return as {@link MembershipKeeper#request}, but TIMEOUT where nobody led or nobody knows, and of a promotion NO_LEADER
     *     where nobody led or TIMEOUT_APPLYING where the leader lags. Never fails.
     */
    public CompletableFuture<Outcome> request(MemberChange change, Caller caller) {
        Attempts attempts = new Attempts(new MemberWish(change, caller), nanoClock.getAsLong() + patienceNanos);
        attempts.begin();
        return attempts.answer;
    }

    /** Answers a member that asks this one for a change. */
    @Override
    public CompletableFuture<byte[]> handle(long from, byte[] request) {
        try {
            return make(MemberChangeCodec.decodeWish(request)).thenApply(MemberChangeCodec::encode);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Outcome> make(MemberWish wish) {
        if (!(wish.change() instanceof MemberChange.Promote)) {
            return keeper.request(wish.change(), wish.caller());
        }
        return applied.caughtUp()
                .thenCompose(done -> done
                        ? keeper.request(wish.change(), wish.caller())
                        : CompletableFuture.completedFuture(new Outcome.Refused(ErrorCode.TIMEOUT_APPLYING)));
    }

    private CompletableFuture<Outcome> ask(long leader, MemberWish wish) {
        if (leader == raft.memberId()) {
            return make(wish);
        }
        return peers.call(leader, PeerMethod.CHANGE_MEMBERS, MemberChangeCodec.encode(wish))
                .thenApply(answer -> {
                    try {
                        return MemberChangeCodec.decodeOutcome(answer);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                });
    }

    private final class Attempts {

        private final CompletableFuture<Outcome> answer = new CompletableFuture<>();
        private final MemberWish wish;
        private final long deadlineNanos;
        private boolean asking;

        Attempts(MemberWish wish, long deadlineNanos) {
            this.wish = wish;
            this.deadlineNanos = deadlineNanos;
        }

        void begin() {
            Scheduler.Rhythm rhythm = scheduler.every(PAUSE_MILLIS, this::attempt);
            CompletableFuture<?> _ = answer.whenComplete((_, _) -> rhythm.close());
            attempt();
        }

        private void attempt() {
            synchronized (this) {
                if (asking || answer.isDone()) {
                    return;
                }
                asking = true;
            }
            long leader = raft.leaderId();
            if (leader == 0) {
                again();
                return;
            }
            CompletableFuture<?> _ = ask(leader, wish).whenComplete(this::answered);
        }

        private void answered(@Nullable Outcome outcome, @Nullable Throwable failure) {
            boolean nothingDone = outcome == null
                    ? isSurelyNotMade(failure)
                    : outcome instanceof Outcome.Refused(ErrorCode code) && code == ErrorCode.NOT_LEADER;
            if (nothingDone) {
                again();
            } else {
                answer.complete(outcome != null ? outcome : new Outcome.Refused(ErrorCode.TIMEOUT));
            }
        }

        private void again() {
            if (nanoClock.getAsLong() - deadlineNanos >= 0) {
                boolean leaderless = wish.change() instanceof MemberChange.Promote && !raft.hasLeader();
                answer.complete(new Outcome.Refused(leaderless ? ErrorCode.NO_LEADER : ErrorCode.TIMEOUT));
            }
            synchronized (this) {
                asking = false;
            }
        }

        private static boolean isSurelyNotMade(@Nullable Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return cause instanceof PeerException refused
                    && (refused.reason() == PeerException.Reason.REFUSED
                            || refused.reason() == PeerException.Reason.UNKNOWN_MEMBER);
        }
    }
}
