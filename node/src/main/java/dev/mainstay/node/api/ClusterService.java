package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.MemberAddRequest;
import dev.mainstay.etcd.proto.MemberAddResponse;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.MemberPromoteResponse;
import dev.mainstay.etcd.proto.MemberRemoveRequest;
import dev.mainstay.etcd.proto.MemberRemoveResponse;
import dev.mainstay.etcd.proto.MemberUpdateRequest;
import dev.mainstay.etcd.proto.MemberUpdateResponse;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.leader.MemberChange;
import dev.mainstay.node.membership.MemberId;
import dev.mainstay.node.membership.Members;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** The Cluster service. Its headers carry no revision. */
final class ClusterService {

    private final Supplier<Members> members;
    private final MemberChanges changes;
    private final Reads reads;
    private final Access access;
    private final ResponseHeaders headers;
    private final InstantSource clock;

    /** @param clock what the ids of added members are made of */
    ClusterService(
            Supplier<Members> members,
            MemberChanges changes,
            Reads reads,
            Access access,
            ResponseHeaders headers,
            InstantSource clock) {
        this.members = members;
        this.changes = changes;
        this.reads = reads;
        this.access = access;
        this.headers = headers;
        this.clock = clock;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(ClusterGrpc.getServiceDescriptor())
                .add(
                        ClusterGrpc.getMemberAddMethod(),
                        MemberAddRequest.getDefaultInstance(),
                        MemberAddResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::add))
                .add(
                        ClusterGrpc.getMemberRemoveMethod(),
                        MemberRemoveRequest.getDefaultInstance(),
                        MemberRemoveResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::remove))
                .add(
                        ClusterGrpc.getMemberUpdateMethod(),
                        MemberUpdateRequest.getDefaultInstance(),
                        MemberUpdateResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::update))
                .add(
                        ClusterGrpc.getMemberPromoteMethod(),
                        MemberPromoteRequest.getDefaultInstance(),
                        MemberPromoteResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::promote))
                .add(
                        ClusterGrpc.getMemberListMethod(),
                        MemberListRequest.getDefaultInstance(),
                        MemberListResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::list))
                .build();
    }

    private void add(MemberAddRequest request, Responder<MemberAddResponse> responder) {
        Optional<List<String>> urls = PeerUrls.normalized(request.getPeerURLsList());
        if (urls.isEmpty()) {
            responder.refuse(ErrorCode.MEMBER_BAD_URLS);
            return;
        }
        long id = MemberId.ofAddedMember(urls.get(), clock.instant().getEpochSecond());
        Member added = Member.added(id, urls.get(), request.getIsLearner());
        change(
                new MemberChange.Add(id, added.peerUrls(), added.learner()),
                responder,
                now -> MemberAddResponse.newBuilder()
                        .setHeader(headers.of(0))
                        .setMember(message(added))
                        .addAllMembers(messages(now))
                        .build());
    }

    private void remove(MemberRemoveRequest request, Responder<MemberRemoveResponse> responder) {
        change(
                new MemberChange.Remove(request.getID()),
                responder,
                now -> MemberRemoveResponse.newBuilder()
                        .setHeader(headers.of(0))
                        .addAllMembers(messages(now))
                        .build());
    }

    /** The URLs are kept as they are given; but malformed ones, which end an etcd server, are refused. */
    private void update(MemberUpdateRequest request, Responder<MemberUpdateResponse> responder) {
        if (PeerUrls.normalized(request.getPeerURLsList()).isEmpty()) {
            responder.refuse(ErrorCode.MEMBER_BAD_URLS);
            return;
        }
        change(
                new MemberChange.Update(request.getID(), request.getPeerURLsList()),
                responder,
                now -> MemberUpdateResponse.newBuilder()
                        .setHeader(headers.of(0))
                        .addAllMembers(messages(now))
                        .build());
    }

    private void promote(MemberPromoteRequest request, Responder<MemberPromoteResponse> responder) {
        change(
                new MemberChange.Promote(request.getID()),
                responder,
                now -> MemberPromoteResponse.newBuilder()
                        .setHeader(headers.of(0))
                        .addAllMembers(messages(now))
                        .build());
    }

    private <T> void change(MemberChange change, Responder<T> responder, Function<List<Member>, T> reply) {
        access.change(
                responder,
                permits -> permits.state().mayAdminister(permits.caller()),
                caller -> change(change, caller, responder, reply));
    }

    private <T> void change(
            MemberChange change, Caller caller, Responder<T> responder, Function<List<Member>, T> reply) {
        CompletableFuture<?> _ = changes.request(change, caller).whenComplete((outcome, failure) -> {
            switch (outcome) {
                case Outcome.MembersChanged done -> responder.reply(reply.apply(done.members()));
                case Outcome.Refused(ErrorCode code) -> responder.refuse(code);
                case null, default -> responder.refuse(Status.INTERNAL.withDescription(String.valueOf(failure)));
            }
        });
    }

    private void list(MemberListRequest request, Responder<MemberListResponse> responder) {
        if (request.getLinearizable()) {
            reads.linearizable(responder, () -> responder.reply(response()));
        } else {
            responder.reply(response());
        }
    }

    private MemberListResponse response() {
        return MemberListResponse.newBuilder()
                .setHeader(headers.of(0))
                .addAllMembers(messages(members.get().members()))
                .build();
    }

    private static List<dev.mainstay.etcd.proto.Member> messages(List<Member> members) {
        return members.stream().map(ClusterService::message).toList();
    }

    private static dev.mainstay.etcd.proto.Member message(Member member) {
        return dev.mainstay.etcd.proto.Member.newBuilder()
                .setID(member.id())
                .setName(member.name())
                .addAllPeerURLs(member.peerUrls())
                .addAllClientURLs(member.clientUrls())
                .setIsLearner(member.learner())
                .build();
    }
}
