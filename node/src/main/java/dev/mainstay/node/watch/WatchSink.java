package dev.mainstay.node.watch;

/**
 * The client's side of a watch stream, implemented over the transport's flow control. All methods are called on the hub
 * thread and must neither block nor throw.
 */
public interface WatchSink {

    /**
     * Whether the transport takes more without growing its buffers. After an answer of {@code false} the transport must call
     * {@link WatchStream#ready} once it does.
     */
    boolean isReady();

    /**
     * Sends one message. Called only right after {@link #isReady} said yes, and for what must follow the message before at
     * once: the rest of a fragment chain, and the end of a watcher that was compacted when it was created.
     */
    void send(WatchReply reply);

    /**
     * One request given to the {@link WatchStream} has been dealt with. The transport reads one more message from the client,
     * so that a client that sends and never reads is stopped by flow control.
     */
    default void requestHandled() {}
}
