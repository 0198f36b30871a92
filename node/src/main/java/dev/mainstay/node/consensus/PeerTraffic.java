package dev.mainstay.node.consensus;

import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.thirdparty.com.google.protobuf.MessageLite;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.jspecify.annotations.Nullable;

/** Measures what comes in by Ratis' own calls and what is answered there. Their senders name themselves in each request. */
final class PeerTraffic {

    private static final long NOBODY = 0;

    private final PeerMeter meter;

    PeerTraffic(PeerMeter meter) {
        this.meter = meter;
    }

    <Q, A> ServerCall.Listener<Q> measured(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Measured<Q, A> measured = new Measured<>(call);
        return new SimpleForwardingServerCallListener<>(next.startCall(measured, headers)) {
            @Override
            public void onMessage(Q request) {
                measured.received(request);
                super.onMessage(request);
            }

            @Override
            public void onCancel() {
                measured.brokeOff();
                super.onCancel();
            }
        };
    }

    private final class Measured<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private volatile long peer = NOBODY;

        Measured(ServerCall<Q, A> call) {
            super(call);
        }

        void received(Q request) {
            RaftRpcRequestProto frame = frame(request);
            if (frame == null || !(request instanceof MessageLite message)) {
                return;
            }
            try {
                peer = RatisGroup.memberId(RaftPeerId.valueOf(frame.getRequestorId()));
            } catch (IllegalArgumentException e) {
                // Ratis will refuse whoever that is.
                return;
            }
            meter.received(peer, message.getSerializedSize());
        }

        void brokeOff() {
            if (peer != NOBODY) {
                meter.receiveFailed(peer);
            }
        }

        @Override
        public void sendMessage(A answer) {
            if (peer != NOBODY && answer instanceof MessageLite message) {
                meter.sent(peer, message.getSerializedSize());
            }
            super.sendMessage(answer);
        }
    }

    private static @Nullable RaftRpcRequestProto frame(Object request) {
        return switch (request) {
            case AppendEntriesRequestProto append -> append.getServerRequest();
            case RequestVoteRequestProto vote -> vote.getServerRequest();
            case InstallSnapshotRequestProto snapshot -> snapshot.getServerRequest();
            case ReadIndexRequestProto read -> read.getServerRequest();
            case StartLeaderElectionRequestProto election -> election.getServerRequest();
            default -> null;
        };
    }
}
