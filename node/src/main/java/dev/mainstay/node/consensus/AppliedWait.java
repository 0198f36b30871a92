package dev.mainstay.node.consensus;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Waits until this member has applied what it knows to be committed: before a leader says that something isn't there, which
 * another member may have applied and acknowledged already. Any thread.
 */
public final class AppliedWait {

    /** As etcd waits. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long to wait before the next look. */
    public static final long PAUSE_MILLIS = 5;

    private static final Executor PAUSE = CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS);

    private final RaftStatus raft;
    private final LongSupplier nanoClock;
    private final Executor afterPause;

    public AppliedWait(RaftStatus raft, LongSupplier nanoClock) {
        this(raft, nanoClock, PAUSE);
    }

    /** @param afterPause runs the next look {@value #PAUSE_MILLIS} ms after it was handed over */
    public AppliedWait(RaftStatus raft, LongSupplier nanoClock, Executor afterPause) {
        this.raft = raft;
        this.nanoClock = nanoClock;
        this.afterPause = afterPause;
    }

    /** True once everything is applied that was committed at the call; false if that takes longer than a second. */
    public CompletableFuture<Boolean> caughtUp() {
        return caughtUp(raft.committedIndex(), nanoClock.getAsLong() + PATIENCE_NANOS);
    }

    private CompletableFuture<Boolean> caughtUp(long index, long deadlineNanos) {
        if (raft.appliedIndex() >= index) {
            return CompletableFuture.completedFuture(true);
        }
        if (nanoClock.getAsLong() - deadlineNanos >= 0) {
            return CompletableFuture.completedFuture(false);
        }
        return CompletableFuture.runAsync(() -> {}, afterPause).thenCompose(_ -> caughtUp(index, deadlineNanos));
    }
}
