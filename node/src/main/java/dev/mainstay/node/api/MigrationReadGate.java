package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.node.apply.Migration;
import dev.mainstay.node.apply.MigrationState;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.proto.v1.MigrationGrpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;

/** Shows nobody a state that is half taken over, and that isn't protected by its users yet. Operators' calls go on. */
final class MigrationReadGate implements ServerInterceptor {

    private static final Set<String> SERVICES =
            Set.of(ClusterGrpc.SERVICE_NAME, MaintenanceGrpc.SERVICE_NAME, MigrationGrpc.SERVICE_NAME);
    private static final String SNAPSHOT = MaintenanceGrpc.getSnapshotMethod().getFullMethodName();
    private static final Set<String> METHODS = Set.of(
            AuthGrpc.getAuthStatusMethod().getFullMethodName(),
            AuthGrpc.getAuthenticateMethod().getFullMethodName());

    private final Migration migration;

    MigrationReadGate(Migration migration) {
        this.migration = migration;
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        MigrationState now = migration.now();
        if (now.allowsReads() || isOperators(call)) {
            return next.startCall(call, metadata);
        }
        ErrorCode why =
                now.phase() == MigrationState.Phase.ABORTED ? ErrorCode.MIGRATION_ABORTED : ErrorCode.MIGRATION_LOADING;
        call.close(Statuses.of(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static boolean isOperators(ServerCall<?, ?> call) {
        String method = call.getMethodDescriptor().getFullMethodName();
        String service = call.getMethodDescriptor().getServiceName();
        return METHODS.contains(method) || (service != null && SERVICES.contains(service) && !method.equals(SNAPSHOT));
    }
}
