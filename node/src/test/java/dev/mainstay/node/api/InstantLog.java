package dev.mainstay.node.api;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.CommandBatch;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.Proposer;
import dev.mainstay.node.consensus.RaftStatus;
import dev.mainstay.node.consensus.ReadBarrier;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/** A log of one member that forgets its entries once they are applied, on an apply thread of its own. */
final class InstantLog implements Proposer, ReadBarrier, RaftStatus, AutoCloseable {

    private static final long TERM = 2;

    private final ExecutorService applyThread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("apply").daemon().factory());
    private final long memberId;
    private final Applier applier;
    private final LongSupplier clockMillis;
    private volatile boolean led = true;
    private volatile boolean stalled;
    private long index;

    InstantLog(long memberId, Applier applier, LongSupplier clockMillis) {
        this.memberId = memberId;
        this.applier = applier;
        this.clockMillis = clockMillis;
    }

    @Override
    public CompletableFuture<Outcome> propose(Command command) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        if (!stalled) {
            applyThread.execute(() -> outcome.complete(apply(command)));
        }
        return outcome;
    }

    private Outcome apply(Command command) {
        index++;
        return applier.apply(
                        new LogPosition(TERM, index),
                        List.of(new CommandBatch(clockMillis.getAsLong(), List.of(command))))
                .getFirst()
                .getFirst();
    }

    /** From now on nothing that is proposed is answered. */
    void stall() {
        stalled = true;
    }

    /** From now on this member knows no leader. */
    void loseLeader() {
        led = false;
    }

    @Override
    public CompletableFuture<Optional<ErrorCode>> await() {
        return CompletableFuture.completedFuture(led ? Optional.empty() : Optional.of(ErrorCode.TIMEOUT));
    }

    @Override
    public long memberId() {
        return memberId;
    }

    @Override
    public long leaderId() {
        return led ? memberId : 0;
    }

    @Override
    public long term() {
        return TERM;
    }

    @Override
    public long committedIndex() {
        return applier.applied().index();
    }

    @Override
    public long appliedIndex() {
        return applier.applied().index();
    }

    @Override
    public void close() {
        applyThread.shutdownNow();
    }
}
