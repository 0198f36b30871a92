package dev.mainstay.node.api.gateway;

import io.vertx.core.buffer.Buffer;

/**
 * What carries one call: an HTTP request and its response, or a WebSocket. The caller's methods may be called on any thread;
 * events come on the event loop of the connection.
 */
interface Exchange {

    /** What happens on the wire. */
    interface Events {

        /** A piece of the body, or a frame. No other comes until {@link Exchange#more}. */
        void data(Buffer data);

        /** The body has ended. */
        void ended();

        /** The client is gone, or has all it will get. */
        void closed();

        /** The wire takes more again. */
        void writable();
    }

    /** Begins to tell of events, starting with the first piece of the body. */
    void begin(Events events);

    /** Asks for the next piece of the body. */
    void more();

    /** Begins a response that goes out in lines. */
    void head();

    /** Writes one answer of many. */
    void line(String json);

    /** Ends a response that went out in lines. */
    void end();

    /**
     * Answers once and for all.
     *
     * @param sent told once the answer has left, or can't
     */
    void answer(int httpStatus, String json, Runnable sent);

    /** Whether the wire takes more without growing what waits for it. */
    boolean isWritable();
}
