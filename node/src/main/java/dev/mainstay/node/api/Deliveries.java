package dev.mainstay.node.api;

import io.grpc.ServerCall;

/** Hears of events that are handed to watchers. Called on the hub thread; neither waits nor throws. */
public interface Deliveries {

    /** Hears of nothing. */
    Deliveries NONE = new Deliveries() {
        @Override
        public boolean isListening() {
            return false;
        }

        @Override
        public void delivered(ServerCall<?, ?> call, long revision, int events) {}
    };

    /** Whether it is worth the effort to tell of deliveries now. */
    boolean isListening();

    /**
     * Events of a revision were handed to the connection of a watch stream.
     *
     * @param events how many
     */
    void delivered(ServerCall<?, ?> call, long revision, int events);
}
