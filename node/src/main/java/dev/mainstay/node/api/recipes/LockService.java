package dev.mainstay.node.api.recipes;

import dev.mainstay.etcd.proto.DeleteRangeRequest;
import dev.mainstay.etcd.proto.LockGrpc;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.LockResponse;
import dev.mainstay.etcd.proto.UnlockRequest;
import dev.mainstay.etcd.proto.UnlockResponse;
import dev.mainstay.node.api.ServiceAssembly;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import java.util.concurrent.CompletableFuture;

/** The Lock service: who has the oldest key under a name holds its lock. */
final class LockService {

    private final RecipeCalls recipes;
    private final Places contenders;

    LockService(RecipeCalls recipes, Places contenders) {
        this.recipes = recipes;
        this.contenders = contenders;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(LockGrpc.getServiceDescriptor())
                .add(
                        LockGrpc.getLockMethod(),
                        LockRequest.getDefaultInstance(),
                        LockResponse.getDefaultInstance(),
                        recipes.whenever(this::lock))
                .add(
                        LockGrpc.getUnlockMethod(),
                        UnlockRequest.getDefaultInstance(),
                        UnlockResponse.getDefaultInstance(),
                        recipes.soon(LockService::unlock))
                .build();
    }

    private ServerCall.Listener<LockRequest> lock(
            LockRequest request, ServerCall<LockRequest, LockResponse> call, CallerCalls calls) {
        Contender contender = Contender.forLock(calls, contenders, request.getName());
        return Contest.begin(
                call,
                contender,
                request.getLease(),
                won -> LockResponse.newBuilder()
                        .setHeader(won.header())
                        .setKey(won.entered().key())
                        .build());
    }

    private static CompletableFuture<UnlockResponse> unlock(UnlockRequest request, CallerCalls calls) {
        return calls.delete(
                        DeleteRangeRequest.newBuilder().setKey(request.getKey()).build())
                .thenApply(deleted -> UnlockResponse.newBuilder()
                        .setHeader(deleted.getHeader())
                        .build());
    }
}
