package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to make a call at all while authentication is on. What isn't named here takes the root role, so that a new
 * method is closed until somebody thinks about it. Methods that look at their request decide for themselves.
 */
final class CallRules implements ServerInterceptor {

    /** Anybody, also who doesn't say who he is. */
    private static final Set<String> OPEN = names(AuthGrpc.getAuthenticateMethod(), AuthGrpc.getAuthStatusMethod());

    /** Any user. */
    private static final Set<String> FOR_USERS = names(
            ClusterGrpc.getMemberListMethod(), MaintenanceGrpc.getStatusMethod(), LeaseGrpc.getLeaseTimeToLiveMethod());

    /** Whoever the request itself is permitted to. */
    private static final Set<String> BY_REQUEST = names(
            KVGrpc.getRangeMethod(),
            KVGrpc.getRangeStreamMethod(),
            KVGrpc.getPutMethod(),
            KVGrpc.getDeleteRangeMethod(),
            KVGrpc.getTxnMethod(),
            KVGrpc.getCompactMethod(),
            WatchGrpc.getWatchMethod(),
            LeaseGrpc.getLeaseGrantMethod(),
            LeaseGrpc.getLeaseRevokeMethod(),
            LeaseGrpc.getLeaseKeepAliveMethod(),
            LeaseGrpc.getLeaseLeasesMethod(),
            ClusterGrpc.getMemberAddMethod(),
            MaintenanceGrpc.getAlarmMethod(),
            AuthGrpc.getAuthEnableMethod(),
            AuthGrpc.getAuthDisableMethod(),
            AuthGrpc.getUserAddMethod(),
            AuthGrpc.getUserGetMethod(),
            AuthGrpc.getUserListMethod(),
            AuthGrpc.getUserDeleteMethod(),
            AuthGrpc.getUserChangePasswordMethod(),
            AuthGrpc.getUserGrantRoleMethod(),
            AuthGrpc.getUserRevokeRoleMethod(),
            AuthGrpc.getRoleAddMethod(),
            AuthGrpc.getRoleGetMethod(),
            AuthGrpc.getRoleListMethod(),
            AuthGrpc.getRoleDeleteMethod(),
            AuthGrpc.getRoleGrantPermissionMethod(),
            AuthGrpc.getRoleRevokePermissionMethod());

    private final Supplier<AuthState> state;

    CallRules(Supplier<AuthState> state) {
        this.state = state;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        AuthState now = state.get();
        ErrorCode refusal = now.enabled() ? refusal(now, call) : null;
        if (refusal == null) {
            return next.startCall(call, metadata);
        }
        call.close(Statuses.of(refusal), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static @Nullable ErrorCode refusal(AuthState now, ServerCall<?, ?> call) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (OPEN.contains(method) || BY_REQUEST.contains(method)) {
            return null;
        }
        return switch (Identity.of(call).now()) {
            case Identity.Who.Known(var caller) ->
                FOR_USERS.contains(method) ? now.mayCall(caller) : now.mayAdminister(caller);
            case Identity.Who.Refused(ErrorCode code) -> code;
            case Identity.Who.Soon() -> ErrorCode.INVALID_AUTH_TOKEN;
        };
    }

    private static Set<String> names(MethodDescriptor<?, ?>... methods) {
        return Stream.of(methods).map(MethodDescriptor::getFullMethodName).collect(Collectors.toUnmodifiableSet());
    }
}
