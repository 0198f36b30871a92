package dev.mainstay.node.api;

import dev.mainstay.node.common.ErrorCode;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Streams to clients that may have to be ended by the server, as many as there are open. Any thread. */
final class OpenStreams {

    private final Set<ServerCall<?, ?>> streams = ConcurrentHashMap.newKeySet();

    /** Holds the stream until its client is gone or it is complete; returns the listener to give to gRPC instead. */
    <ReqT> ServerCall.Listener<ReqT> hold(ServerCall<ReqT, ?> call, ServerCall.Listener<ReqT> listener) {
        streams.add(call);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                streams.remove(call);
                super.onCancel();
            }

            @Override
            public void onComplete() {
                streams.remove(call);
                super.onComplete();
            }
        };
    }

    /** Ends all of them, for this reason. */
    void end(ErrorCode why) {
        streams.removeIf(call -> {
            call.close(Statuses.of(why), new Metadata());
            return true;
        });
    }
}
