package dev.mainstay.node.api.transport;

import org.jspecify.annotations.Nullable;

/** Hears of every call of a mounted method. Each method's meter is called from any thread and must neither wait nor throw. */
public interface CallMeter {

    /** Counts nothing. */
    CallMeter NONE = (service, method, type) -> new Method() {};

    /**
     * A method is going to be served.
     *
     * @param service the full name, such as {@code etcdserverpb.KV}
     * @param type {@code unary}, {@code client_stream}, {@code server_stream} or {@code bidi_stream}
     * @return what will hear of its calls
     */
    Method mounted(String service, String method, String type);

    /** Hears of the calls of one method; every started call ends exactly once. */
    interface Method {

        /**
         * A call came in.
         *
         * @param clientApiVersion what the client says of itself in {@code client-api-version}; anything, or nothing
         */
        default void started(@Nullable String clientApiVersion) {}

        /** A request message of this many bytes was handed to the service. */
        default void received(int bytes) {}

        /** A response message of this many bytes was handed to the network. */
        default void sent(int bytes) {}

        /**
         * A call is over.
         *
         * @param code the status as Go spells it, such as {@code OK} or {@code InvalidArgument}
         * @param nanos since it came in
         */
        default void ended(String code, long nanos) {}
    }
}
