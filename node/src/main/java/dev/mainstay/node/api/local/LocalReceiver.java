package dev.mainstay.node.api.local;

import dev.mainstay.node.api.wire.EncodedMessage;
import io.grpc.Metadata;
import io.grpc.Status;

/** Whoever made a {@link LocalCall}. All methods but {@link #isReady} are called one after the other, in the call's turns. */
public interface LocalReceiver {

    /** The call was accepted. Comes before messages, if there are any. */
    default void headers(Metadata headers) {}

    /** An answer; a call with a single one has it right before {@link #closed}. */
    void message(EncodedMessage message);

    /** The end, whatever it came to; nothing follows. Not told to one who cancels. */
    void closed(Status status, Metadata trailers);

    /** No request waits any more: more of them may be sent. */
    default void drained() {}

    /** Whether more answers are welcome. After {@code false}, {@link LocalCall#ready} must be called once they are. Any thread. */
    default boolean isReady() {
        return true;
    }
}
