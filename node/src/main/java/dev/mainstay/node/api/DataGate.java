package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Keeps clients from what a member holds while it can't vouch for it: calls are refused, open streams are ended. What an
 * operator needs to see what is wrong, and to put it right, goes on.
 */
final class DataGate implements ServerInterceptor {

    private static final Set<String> ALWAYS = Set.of(
            MaintenanceGrpc.getAlarmMethod().getFullMethodName(),
            MaintenanceGrpc.getStatusMethod().getFullMethodName(),
            MaintenanceGrpc.getHashMethod().getFullMethodName(),
            MaintenanceGrpc.getHashKVMethod().getFullMethodName(),
            MaintenanceGrpc.getMoveLeaderMethod().getFullMethodName());

    private final BooleanSupplier shut;
    private final OpenStreams streams = new OpenStreams();

    /** @param shut asked before each call; cheap */
    DataGate(BooleanSupplier shut) {
        this.shut = shut;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        boolean refused = shut.getAsBoolean();
        if (refused && !ALWAYS.contains(call.getMethodDescriptor().getFullMethodName())) {
            call.close(Statuses.of(ErrorCode.MEMBER_CORRUPT), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        ServerCall.Listener<ReqT> listener = next.startCall(call, metadata);
        if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
            return listener;
        }
        ServerCall.Listener<ReqT> held = streams.hold(call, listener);
        if (shut.getAsBoolean()) {
            endStreams();
        }
        return held;
    }

    /** Ends the streams there are; to be called when the gate has been shut. Any thread. */
    void endStreams() {
        streams.end(ErrorCode.MEMBER_CORRUPT);
    }
}
