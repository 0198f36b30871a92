package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import dev.mainstay.proto.v1.BackupGrpc;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Refuses what a learner doesn't serve. It serves what needs nobody else: its status, snapshots, backups, and serializable ranges;
 * clients take the refusal of the rest as a sign to ask another member.
 */
final class LearnerGate implements ServerInterceptor {

    private static final String RANGE = KVGrpc.getRangeMethod().getFullMethodName();
    private static final Set<String> SERVED = Set.of(
            MaintenanceGrpc.getStatusMethod().getFullMethodName(),
            MaintenanceGrpc.getSnapshotMethod().getFullMethodName(),
            BackupGrpc.getOpenCheckpointMethod().getFullMethodName(),
            BackupGrpc.getReadFileMethod().getFullMethodName(),
            BackupGrpc.getDigestKeysMethod().getFullMethodName(),
            BackupGrpc.getCloseCheckpointMethod().getFullMethodName());

    private final long memberId;
    private final Supplier<Members> members;
    private volatile Standing standing;

    /** What some members say of this one; asked for each call, changed a few times in its life. */
    private record Standing(Members of, boolean learner) {}

    LearnerGate(long memberId, Supplier<Members> members) {
        this.memberId = memberId;
        this.members = members;
        this.standing = standing(members.get());
    }

    @Override
    public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
            ServerCall<ReqT, RespT> call, Metadata metadata, ServerCallHandler<ReqT, RespT> next) {
        String method = call.getMethodDescriptor().getFullMethodName();
        if (!isLearner() || SERVED.contains(method)) {
            return next.startCall(call, metadata);
        }
        if (method.equals(RANGE)) {
            return new SerializableOnly<>(call, next.startCall(call, metadata));
        }
        refuse(call);
        return new ServerCall.Listener<>() {};
    }

    private boolean isLearner() {
        Members now = members.get();
        Standing known = standing;
        if (!known.of().equals(now)) {
            known = standing(now);
            standing = known;
        }
        return known.learner();
    }

    private Standing standing(Members now) {
        return new Standing(now, now.find(memberId).filter(Member::learner).isPresent());
    }

    private static void refuse(ServerCall<?, ?> call) {
        call.close(Statuses.of(ErrorCode.NOT_SUPPORTED_FOR_LEARNER), new Metadata());
    }

    /** Looks at the request before the method does. */
    private static final class SerializableOnly<ReqT> extends SimpleForwardingServerCallListener<ReqT> {

        private final ServerCall<ReqT, ?> call;
        private boolean refused;

        SerializableOnly(ServerCall<ReqT, ?> call, ServerCall.Listener<ReqT> method) {
            super(method);
            this.call = call;
        }

        @Override
        public void onMessage(ReqT request) {
            if (request instanceof RangeRequest range && !range.getSerializable()) {
                refused = true;
                refuse(call);
            } else {
                super.onMessage(request);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
