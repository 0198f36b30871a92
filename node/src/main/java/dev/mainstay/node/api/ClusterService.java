package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.membership.Members;
import io.grpc.ServerServiceDefinition;
import java.util.function.Supplier;

/** The Cluster service, as far as a cluster that doesn't change needs it. Its headers carry no revision. */
final class ClusterService {

    private final Supplier<Members> members;
    private final Reads reads;
    private final ResponseHeaders headers;

    ClusterService(Supplier<Members> members, Reads reads, ResponseHeaders headers) {
        this.members = members;
        this.reads = reads;
        this.headers = headers;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(ClusterGrpc.getServiceDescriptor())
                .add(
                        ClusterGrpc.getMemberListMethod(),
                        MemberListRequest.getDefaultInstance(),
                        MemberListResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::list))
                .build();
    }

    private void list(MemberListRequest request, Responder<MemberListResponse> responder) {
        if (request.getLinearizable()) {
            reads.linearizable(responder, () -> responder.reply(response()));
        } else {
            responder.reply(response());
        }
    }

    private MemberListResponse response() {
        MemberListResponse.Builder response = MemberListResponse.newBuilder().setHeader(headers.of(0));
        for (Member member : members.get().members()) {
            response.addMembers(dev.mainstay.etcd.proto.Member.newBuilder()
                    .setID(member.id())
                    .setName(member.name())
                    .addAllPeerURLs(member.peerUrls())
                    .addAllClientURLs(member.clientUrls())
                    .setIsLearner(member.learner()));
        }
        return response.build();
    }
}
