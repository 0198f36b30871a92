package dev.mainstay.node.consensus;

import java.util.EnumSet;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;

/**
 * Lets only Raft peers in at the peer port. Ratis also offers its client and admin services there, with which anybody
 * could write to the log past every check; and a member without peers has nobody to talk to.
 */
final class PeerGate implements GrpcServices.Customizer, ServerInterceptor {

    private final boolean alone;

    PeerGate(boolean alone) {
        this.alone = alone;
    }

    @Override
    public NettyServerBuilder customize(NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
        return builder.intercept(this);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String service = call.getMethodDescriptor().getServiceName();
        if (alone || !RaftServerProtocolServiceGrpc.SERVICE_NAME.equals(service)) {
            call.close(Status.PERMISSION_DENIED.withDescription("only peers talk here"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, headers);
    }
}
