package dev.mainstay.node.consensus;

import org.jspecify.annotations.Nullable;

/** Where batches of other members that belong to a trace find who hears of them. */
@FunctionalInterface
public interface Traces {

    /** Hears of nothing. */
    Traces NONE = (traceparent, from) -> null;

    /**
     * A member that doesn't lead has sent a batch. Any thread; neither waits nor throws.
     *
     * @param traceparent what that member says of its trace; it may be anything
     * @param from the sender's id
     * @return what hears of the batch; null if it isn't traced here
     */
    @Nullable
    BatchTrace forwarded(String traceparent, long from);
}
