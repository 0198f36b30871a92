package dev.mainstay.node.api.transport;

import io.grpc.MethodDescriptor;
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

    /** Tells a meter of a method that is going to be served; returns what will hear of its calls. */
    static Method mount(CallMeter meter, MethodDescriptor<?, ?> method) {
        return meter.mounted(
                String.valueOf(method.getServiceName()),
                String.valueOf(method.getBareMethodName()),
                switch (method.getType()) {
                    case UNARY, UNKNOWN -> "unary";
                    case CLIENT_STREAMING -> "client_stream";
                    case SERVER_STREAMING -> "server_stream";
                    case BIDI_STREAMING -> "bidi_stream";
                });
    }

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
         * @param traceId the trace it belongs to, if that is known
         */
        default void ended(String code, long nanos, @Nullable String traceId) {}
    }
}
