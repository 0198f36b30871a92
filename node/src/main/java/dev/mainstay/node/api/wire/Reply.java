package dev.mainstay.node.api.wire;

/** A response that becomes bytes only when the transport is about to send it, on the thread that sends. */
@FunctionalInterface
public interface Reply {

    /** Called at most once, when the transport takes the response over. */
    EncodedMessage encode();

    /** Called instead when the response won't be sent. */
    default void discard() {}

    /** A response that is bytes already. */
    static Reply of(EncodedMessage message) {
        return () -> message;
    }
}
