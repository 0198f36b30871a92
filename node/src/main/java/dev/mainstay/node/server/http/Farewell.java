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
    private final Runnable endWaiting;
    private final Duration limit;

    /**
     * @param endWaiting ends the calls that wait for something that may never happen
     * @param limit how long calls under way may take before they are cut
     */
    public Farewell(ClientListeners listeners, GrpcTransport grpc, Runnable endWaiting, Duration limit) {
        this.listeners = listeners;
        this.grpc = grpc;
        this.endWaiting = endWaiting;
        this.limit = limit;
    }

    @Override
    public void close() {
        listeners.goAway();
        grpc.stop();
        endWaiting.run();
        long start = System.nanoTime();
        try {
            while (grpc.openCalls() > 0 && System.nanoTime() - start < limit.toNanos()) {
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
