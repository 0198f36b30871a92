package dev.mainstay.node.consensus;

/**
 * Hears of the way of a batch in which there are traced proposals. What is heard here decides nothing. The methods are called
 * on hot threads and must neither wait nor throw; what comes after {@link #ended} is ignored. Times are of
 * {@link System#nanoTime}.
 */
public interface BatchTrace {

    /** The batch goes into the log of this member, which leads. Any thread. */
    void appending();

    /**
     * The batch goes to the member that leads. Batcher thread.
     *
     * @return what tells that member of the trace, in the form of a {@code traceparent}
     */
    String forwarding(long leaderId);

    /** The leader has answered, or nobody knows. Any thread. */
    void forwarded(boolean applied);

    /**
     * The batch was applied on this member. Apply thread.
     *
     * @param startedNanos when apply began with its entry
     * @param syncedNanos when the last fsync of this member's log ended before that
     */
    void applied(long startedNanos, long syncedNanos);

    /** Nothing more will come: the batch has its outcomes, or was given up. Any thread, more than once. */
    void ended();
}
