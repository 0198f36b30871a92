package dev.mainstay.node.consensus;

import java.util.concurrent.CompletableFuture;

/** The way to another member that leads. Any thread. */
@FunctionalInterface
interface LeaderLink {

    /**
     * Asks a leader to take a batch.
     *
     * @param body the batch, as {@code CommandCodec.body} makes it
     * @param millis how long it may take
     * @return done when the leader has applied it; fails if it hasn't, or if nobody knows
     */
    CompletableFuture<?> propose(long leaderId, byte[] body, int millis);
}
