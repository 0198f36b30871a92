package dev.mainstay.node.api.recipes;

import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.CampaignResponse;
import dev.mainstay.etcd.proto.ElectionGrpc;
import dev.mainstay.etcd.proto.LeaderKey;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaderResponse;
import dev.mainstay.etcd.proto.ProclaimRequest;
import dev.mainstay.etcd.proto.ProclaimResponse;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.ResignResponse;
import dev.mainstay.node.api.ServiceAssembly;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;

/** The Election service: who has the oldest key under a name leads, and the key holds what the leader proclaims. */
final class ElectionService {

    private final RecipeCalls recipes;
    private final Places contenders;
    private final Places observers;

    ElectionService(RecipeCalls recipes, Places contenders, Places observers) {
        this.recipes = recipes;
        this.contenders = contenders;
        this.observers = observers;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(ElectionGrpc.getServiceDescriptor())
                .add(
                        ElectionGrpc.getCampaignMethod(),
                        CampaignRequest.getDefaultInstance(),
                        CampaignResponse.getDefaultInstance(),
                        recipes.whenever(this::campaign))
                .add(
                        ElectionGrpc.getProclaimMethod(),
                        ProclaimRequest.getDefaultInstance(),
                        ProclaimResponse.getDefaultInstance(),
                        recipes.soon(ElectionService::proclaim))
                .add(
                        ElectionGrpc.getLeaderMethod(),
                        LeaderRequest.getDefaultInstance(),
                        LeaderResponse.getDefaultInstance(),
                        recipes.soon(ElectionService::leader))
                .add(
                        ElectionGrpc.getObserveMethod(),
                        LeaderRequest.getDefaultInstance(),
                        LeaderResponse.getDefaultInstance(),
                        recipes.whenever((request, call, calls) ->
                                Observation.begin(call, calls, observers, Requests.prefix(request.getName()))))
                .add(
                        ElectionGrpc.getResignMethod(),
                        ResignRequest.getDefaultInstance(),
                        ResignResponse.getDefaultInstance(),
                        recipes.soon(ElectionService::resign))
                .build();
    }

    private ServerCall.Listener<CampaignRequest> campaign(
            CampaignRequest request, ServerCall<CampaignRequest, CampaignResponse> call, CallerCalls calls) {
        Contender contender = Contender.forOffice(calls, contenders, request.getName(), request.getValue());
        return Contest.begin(
                call,
                contender,
                request.getLease(),
                won -> CampaignResponse.newBuilder()
                        .setHeader(won.entered().header())
                        .setLeader(LeaderKey.newBuilder()
                                .setName(request.getName())
                                .setKey(won.entered().key())
                                .setRev(won.entered().revision())
                                .setLease(won.entered().lease()))
                        .build());
    }

    private static CompletableFuture<ProclaimResponse> proclaim(ProclaimRequest request, CallerCalls calls) {
        if (!request.hasLeader()) {
            return CompletableFuture.failedFuture(missingLeader());
        }
        LeaderKey leader = request.getLeader();
        return Contender.lease(calls, leader.getLease())
                .thenCompose(lease ->
                        calls.txn(Requests.update(leader.getKey(), leader.getRev(), request.getValue(), lease)))
                .thenApply(updated -> {
                    if (!updated.getSucceeded()) {
                        throw Refusals.NOT_LEADER.asRuntimeException();
                    }
                    return ProclaimResponse.newBuilder()
                            .setHeader(updated.getHeader())
                            .build();
                });
    }

    private static CompletableFuture<LeaderResponse> leader(LeaderRequest request, CallerCalls calls) {
        return calls.range(Requests.oldest(Requests.prefix(request.getName()))).thenApply(found -> {
            if (found.getKvsCount() == 0) {
                throw Refusals.NO_LEADER.asRuntimeException();
            }
            return LeaderResponse.newBuilder()
                    .setHeader(found.getHeader())
                    .setKv(found.getKvs(0))
                    .build();
        });
    }

    private static CompletableFuture<ResignResponse> resign(ResignRequest request, CallerCalls calls) {
        if (!request.hasLeader()) {
            return CompletableFuture.failedFuture(missingLeader());
        }
        LeaderKey leader = request.getLeader();
        return calls.txn(Requests.remove(leader.getKey(), leader.getRev()))
                .thenApply(removed -> ResignResponse.newBuilder()
                        .setHeader(removed.getHeader())
                        .build());
    }

    private static StatusRuntimeException missingLeader() {
        return Refusals.NO_LEADER_KEY.asRuntimeException();
    }
}
