package dev.mainstay.node.consensus;

import dev.mainstay.node.common.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads that wait for this member to be known up to date. All that wait share one round; who comes while a round is under
 * way waits for the next, since the round may have looked before he came. A round that fails is tried again until the
 * reads in it have waited too long. Any thread.
 */
final class ReadRounds {

    private record Waiter(long deadlineNanos, CompletableFuture<Optional<ErrorCode>> answer) {}

    private final Supplier<CompletableFuture<Boolean>> round;
    private final LongSupplier nanoClock;
    private final long timeoutNanos;
    private final Executor follow;
    private List<Waiter> next = new ArrayList<>();
    private List<Waiter> inRound = List.of();
    private boolean running;
    private @Nullable ErrorCode closed;

    /**
     * @param round one read-index round: true when this member has applied all that was committed before it
     * @param follow answers the reads of a round and starts the next: Ratis tells of a round's end while it walks its list of
     *     rounds, and must not be given a new one then; and it may do so on the network's thread
     */
    ReadRounds(Supplier<CompletableFuture<Boolean>> round, LongSupplier nanoClock, long timeoutNanos, Executor follow) {
        this.round = round;
        this.nanoClock = nanoClock;
        this.timeoutNanos = timeoutNanos;
        this.follow = follow;
    }

    CompletableFuture<Optional<ErrorCode>> join() {
        var answer = new CompletableFuture<Optional<ErrorCode>>();
        synchronized (this) {
            if (closed != null) {
                answer.complete(Optional.of(closed));
                return answer;
            }
            next.add(new Waiter(nanoClock.getAsLong() + timeoutNanos, answer));
        }
        start();
        return answer;
    }

    /** Starts a round if reads wait and none is under way. */
    void start() {
        synchronized (this) {
            if (running || next.isEmpty()) {
                return;
            }
            running = true;
            inRound = next;
            next = new ArrayList<>();
        }
        var _ = round.get().whenComplete((upToDate, thrown) -> finish(thrown == null && upToDate));
    }

    private void finish(boolean upToDate) {
        List<Waiter> answered = List.of();
        synchronized (this) {
            running = false;
            if (upToDate) {
                answered = inRound;
            } else {
                var again = new ArrayList<>(inRound);
                again.addAll(next);
                next = again;
            }
            inRound = List.of();
        }
        if (upToDate) {
            List<Waiter> done = answered;
            follow.execute(() -> {
                done.forEach(waiter -> waiter.answer.complete(Optional.empty()));
                start();
            });
        }
    }

    /**
     * Answers the reads whose time is over, those in a round that doesn't come back too, and tries again for the others.
     * Returns whether there were any.
     */
    boolean sweep(long nowNanos, ErrorCode why) {
        List<Waiter> expired = List.of();
        synchronized (this) {
            if (!next.isEmpty() || !inRound.isEmpty()) {
                expired = new ArrayList<>();
                next = inTime(next, nowNanos, expired);
                inRound = inTime(inRound, nowNanos, expired);
            }
        }
        for (Waiter waiter : expired) {
            waiter.answer.complete(Optional.of(why));
        }
        start();
        return !expired.isEmpty();
    }

    private static List<Waiter> inTime(List<Waiter> waiters, long nowNanos, List<Waiter> expired) {
        var kept = new ArrayList<Waiter>(waiters.size());
        for (Waiter waiter : waiters) {
            (waiter.deadlineNanos - nowNanos <= 0 ? expired : kept).add(waiter);
        }
        return kept;
    }

    /** Answers all reads, now and later, with a refusal. */
    void close(ErrorCode why) {
        List<Waiter> refused;
        synchronized (this) {
            closed = why;
            refused = new ArrayList<>(inRound);
            refused.addAll(next);
            next = new ArrayList<>();
            inRound = List.of();
        }
        for (Waiter waiter : refused) {
            waiter.answer.complete(Optional.of(why));
        }
    }
}
