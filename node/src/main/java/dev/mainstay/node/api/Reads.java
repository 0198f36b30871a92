package dev.mainstay.node.api;

import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.ReadBarrier;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Holds reads back until what was committed before them can be seen. */
final class Reads {

    private final ReadBarrier barrier;
    private final boolean traced;

    /** @param traced whether calls may be traced */
    Reads(ReadBarrier barrier, boolean traced) {
        this.barrier = barrier;
        this.traced = traced;
    }

    /** Runs a read behind the barrier, at once if it is open, or refuses the call. */
    void linearizable(Responder<?> responder, Runnable read) {
        CallTrace trace = traced ? responder.trace() : null;
        pass(responder, trace == null ? read : timed(trace, read));
    }

    private static Runnable timed(CallTrace trace, Runnable read) {
        long since = System.nanoTime();
        return () -> {
            trace.waitedForBarrier(since);
            read.run();
        };
    }

    private void pass(Responder<?> responder, Runnable read) {
        linearizable(refusal -> {
            if (refusal != null) {
                responder.refuse(refusal);
            } else {
                read.run();
            }
        });
    }

    /** Calls back when the barrier is open, with {@code null}, or can't be passed, with the reason. */
    void linearizable(Callback callback) {
        CompletableFuture<Optional<ErrorCode>> opened = barrier.await();
        if (opened.isDone() && !opened.isCompletedExceptionally()) {
            callback.passed(opened.join().orElse(null));
            return;
        }
        CompletableFuture<?> _ = opened.whenComplete(
                (refusal, failure) -> callback.passed(failure != null ? ErrorCode.TIMEOUT : refusal.orElse(null)));
    }

    /** Waits for the barrier, seconds at the most; false if it can't be passed. For virtual threads. */
    boolean catchUp() {
        return barrier.await()
                .exceptionally(_ -> Optional.of(ErrorCode.TIMEOUT))
                .join()
                .isEmpty();
    }

    /** What waits at the barrier. */
    @FunctionalInterface
    interface Callback {

        void passed(@Nullable ErrorCode refusal);
    }
}
