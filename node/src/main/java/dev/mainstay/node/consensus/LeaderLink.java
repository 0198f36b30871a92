package dev.mainstay.node.consensus;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way to another member that leads. Any thread. */
@FunctionalInterface
interface LeaderLink {

    /**
     * Asks a leader to take a batch.
     *
     * @param body the batch, as {@code CommandCodec.body} makes it
     * @param millis how long it may take
     * @param traceparent the trace that the batch belongs to, if it does
     * @return done when the leader has applied it; fails if it hasn't, or if nobody knows
     */
    CompletableFuture<?> propose(long leaderId, byte[] body, int millis, @Nullable String traceparent);
}
