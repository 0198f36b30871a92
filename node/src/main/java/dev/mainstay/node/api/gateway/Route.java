package dev.mainstay.node.api.gateway;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;

/**
 * A method as the gateway knows it.
 *
 * @param request an empty request
 * @param response an empty response
 */
record Route(MethodDescriptor<?, ?> method, Message request, Message response) {

    static Route to(MethodDescriptor<?, ?> method) {
        return new Route(method, prototype(method.getRequestMarshaller()), prototype(method.getResponseMarshaller()));
    }

    String name() {
        return method.getFullMethodName();
    }

    /** Whether the body holds any number of requests, or one. */
    boolean manyRequests() {
        return !method.getType().clientSendsOneMessage();
    }

    /** Whether answers go out one by one, each on a line of its own. */
    boolean manyResponses() {
        return !method.getType().serverSendsOneMessage();
    }

    private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
        if (marshaller instanceof PrototypeMarshaller<?> typed
                && typed.getMessagePrototype() instanceof Message found) {
            return found;
        }
        throw new IllegalArgumentException("not a protobuf method");
    }
}
