package dev.mainstay.node.consensus;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where a member's answers to its peers are registered, before it starts. */
public interface PeerMethods {

    /** Answers one method. */
    interface Handler {

        /**
         * Answers a request; must not block for long.
         *
         * @param from the calling member's id, as it says
         * @return the answer; a failure reaches the caller as a {@link PeerException} with its message
         */
        CompletableFuture<byte[]> handle(long from, byte[] request);

        /**
         * The same for one that cares for traces.
         *
         * @param traceparent what the caller says of the trace its request belongs to, if it does
         */
        default CompletableFuture<byte[]> handle(long from, byte[] request, @Nullable String traceparent) {
            return handle(from, request);
        }
    }

    /** Answers a method from now on; each method has one handler. */
    void register(PeerMethod method, Handler handler);
}
