package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.GrpcTransport;
import java.time.Duration;

/**
 * Lets clients go before the listeners close: tells them to make their calls elsewhere, refuses new calls, ends the
 * streams, and gives calls under way a little time to be answered.
 */
public final class Farewell implements AutoCloseable {

    private static final long LOOK_MILLIS = 5;

    private final ClientListeners listeners;
    private final GrpcTransport grpc;
    private final OtherCalls others;
    private final Duration limit;

    /** Calls that a client may wait for, and that gRPC doesn't know of. */
    public interface OtherCalls {

        /** Takes no more of them, and ends those that wait for something that may never happen. */
        void stop();

        /** How many are under way. */
        int open();
    }

    /**
     * @param others what there is beside gRPC
     * @param limit how long calls under way may take before they are cut
     */
    public Farewell(ClientListeners listeners, GrpcTransport grpc, OtherCalls others, Duration limit) {
        this.listeners = listeners;
        this.grpc = grpc;
        this.others = others;
        this.limit = limit;
    }

    @Override
    public void close() {
        listeners.goAway();
        grpc.stop();
        others.stop();
        long start = System.nanoTime();
        try {
            while (grpc.openCalls() + others.open() > 0 && System.nanoTime() - start < limit.toNanos()) {
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
