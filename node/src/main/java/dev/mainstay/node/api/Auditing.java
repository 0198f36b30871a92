package dev.mainstay.node.api;

import dev.mainstay.node.api.audit.Audit;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Has the calls of clients recorded. What the policy passes over passes as it is. */
final class Auditing implements ServerInterceptor {

    private final Audit audit;
    private final Identification identification;

    Auditing(Audit audit, Identification identification) {
        this.audit = audit;
        this.identification = identification;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (audit.passesOver(method)) {
            return next.startCall(call, metadata);
        }
        AuditedCall<ReqT, RespT> audited = new AuditedCall<>(
                call, audit, identification.identity(call, metadata), Identification.isThroughGateway(metadata));
        ServerCall.Listener<ReqT> listener;
        try {
            listener = next.startCall(audited, metadata);
        } catch (RuntimeException e) {
            audited.failed(e);
            throw e;
        }
        if (audited.isClosed()) {
            // Refused while it started: nobody will tell the listener.
            audited.ended();
        }
        return audit.mayRefuse(method)
                ? new HeldRequests<>(listener, audited)
                : new AuditedRequests<>(listener, audited);
    }
}
