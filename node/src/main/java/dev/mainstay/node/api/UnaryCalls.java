package dev.mainstay.node.api;

import dev.mainstay.node.api.transport.Backlog;
import dev.mainstay.node.api.transport.ClientAddress;
import dev.mainstay.node.api.wire.Reply;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Calls with one request: the method runs once the request is complete, and answers from whatever thread it likes. */
public final class UnaryCalls {

    private UnaryCalls() {}

    /** A method with one response. */
    @FunctionalInterface
    interface Method<ReqT, RespT> {

        /** Answers through the responder, now or later; runs on the event loop of the call. */
        void call(ReqT request, Responder<RespT> responder);
    }

    /** A method with many responses, which takes the call itself. */
    @FunctionalInterface
    public interface StreamMethod<ReqT, RespT> {

        /** Starts to answer; what it returns hears of the call from now on. */
        ServerCall.Listener<ReqT> call(ReqT request, ServerCall<ReqT, RespT> call);
    }

    static <ReqT, RespT> ServerCallHandler<ReqT, RespT> unary(Method<ReqT, RespT> method) {
        return streaming((request, call) -> {
            method.call(request, new Responder<>(call));
            return new ServerCall.Listener<>() {};
        });
    }

    /** Handles calls with one request by a method that takes the call itself. */
    public static <ReqT, RespT> ServerCallHandler<ReqT, RespT> streaming(StreamMethod<ReqT, RespT> method) {
        return (call, _) -> {
            call.request(2);
            return new OneRequest<>(call, method);
        };
    }

    /** Answers one call once; whatever comes after the first answer is dropped. Any thread. */
    static final class Responder<RespT> {

        private final ServerCall<?, RespT> call;
        private final AtomicBoolean answered = new AtomicBoolean();
        private volatile Runnable onAnswered = () -> {};

        private Responder(ServerCall<?, RespT> call) {
            this.call = call;
        }

        void reply(RespT response) {
            if (answered.compareAndSet(false, true)) {
                call.sendHeaders(new Metadata());
                call.sendMessage(response);
                call.close(Status.OK, new Metadata());
                onAnswered.run();
            } else if (response instanceof Reply reply) {
                reply.discard();
            }
        }

        void refuse(ErrorCode code) {
            refuse(Statuses.of(code));
        }

        void refuse(Status status) {
            if (answered.compareAndSet(false, true)) {
                call.close(status, new Metadata());
                onAnswered.run();
            }
        }

        /** To be run once the call is answered; before it is. */
        void onAnswered(Runnable told) {
            onAnswered = told;
        }

        /** Where the client calls from, as bounds count it. */
        String address() {
            return ClientAddress.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        }

        /** What the connection of the call has outstanding. */
        Backlog backlog() {
            Backlog known = call.getAttributes().get(Backlog.KEY);
            return known != null ? known : new Backlog();
        }

        /** What the call shows of who makes it. */
        Identity identity() {
            return Identity.of(call);
        }

        /** Hears of what the call does, if it is traced. */
        @Nullable
        CallTrace trace() {
            return CallTrace.of(call);
        }

        /** Whether the client has gone. */
        boolean isCancelled() {
            return call.isCancelled();
        }
    }

    private static final class OneRequest<ReqT, RespT> extends ServerCall.Listener<ReqT> {

        private final ServerCall<ReqT, RespT> call;
        private final StreamMethod<ReqT, RespT> method;
        private @Nullable ReqT request;
        private ServerCall.@Nullable Listener<ReqT> started;
        private boolean refused;

        OneRequest(ServerCall<ReqT, RespT> call, StreamMethod<ReqT, RespT> method) {
            this.call = call;
            this.method = method;
        }

        @Override
        public void onMessage(ReqT message) {
            if (request != null && !refused) {
                refuse("cardinality violation: received multiple request messages for a unary call");
            }
            request = message;
        }

        @Override
        public void onHalfClose() {
            ReqT complete = request;
            if (refused) {
                return;
            }
            if (complete == null) {
                refuse("cardinality violation: received no request message from a unary call");
                return;
            }
            started = method.call(complete, call);
            request = null;
        }

        @Override
        public void onReady() {
            if (started != null) {
                started.onReady();
            }
        }

        @Override
        public void onCancel() {
            if (started != null) {
                started.onCancel();
            }
        }

        @Override
        public void onComplete() {
            if (started != null) {
                started.onComplete();
            }
        }

        private void refuse(String reason) {
            refused = true;
            call.close(Status.INTERNAL.withDescription(reason), new Metadata());
        }
    }
}
