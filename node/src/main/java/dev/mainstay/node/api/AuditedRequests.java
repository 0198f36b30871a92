package dev.mainstay.node.api;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ServerCall;
import java.util.concurrent.CompletableFuture;

/** Records the requests of a call as they pass. */
final class AuditedRequests<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

    private final AuditedCall<ReqT, ?> call;

    AuditedRequests(ServerCall.Listener<ReqT> listener, AuditedCall<ReqT, ?> call) {
        super(listener);
        this.call = call;
    }

    @Override
    public void onMessage(ReqT message) {
        CompletableFuture<?> _ = call.asked(message);
        super.onMessage(message);
    }

    @Override
    public void onComplete() {
        super.onComplete();
        call.ended();
    }

    @Override
    public void onCancel() {
        super.onCancel();
        call.ended();
    }
}
