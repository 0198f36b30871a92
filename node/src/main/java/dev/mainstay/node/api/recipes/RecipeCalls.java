package dev.mainstay.node.api.recipes;

import dev.mainstay.node.api.UnaryCalls;
import dev.mainstay.node.api.local.LocalMethods;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;

/** Connects recipes to the calls they answer. */
final class RecipeCalls {

    private final LocalMethods methods;

    /** @param methods what recipes are made of */
    RecipeCalls(LocalMethods methods) {
        this.methods = methods;
    }

    /** A recipe that answers once, soon. */
    @FunctionalInterface
    interface Recipe<ReqT, RespT> {

        CompletableFuture<RespT> answer(ReqT request, CallerCalls calls);
    }

    /** A recipe that takes the call itself. */
    @FunctionalInterface
    interface LongRecipe<ReqT, RespT> {

        /** Begins; what it returns hears of the call from now on. */
        ServerCall.Listener<ReqT> begin(ReqT request, ServerCall<ReqT, RespT> call, CallerCalls calls);
    }

    <ReqT, RespT> ServerCallHandler<ReqT, RespT> soon(Recipe<ReqT, RespT> recipe) {
        return whenever((request, call, calls) -> {
            CompletableFuture<?> _ = recipe.answer(request, calls).whenComplete((response, failure) -> {
                if (failure != null) {
                    call.close(Refusals.of(failure), new Metadata());
                } else {
                    reply(call, response);
                }
            });
            return new ServerCall.Listener<>() {};
        });
    }

    <ReqT, RespT> ServerCallHandler<ReqT, RespT> whenever(LongRecipe<ReqT, RespT> recipe) {
        return (call, metadata) -> UnaryCalls.<ReqT, RespT>streaming(
                        (request, same) -> recipe.begin(request, same, CallerCalls.of(methods, same, metadata)))
                .startCall(call, metadata);
    }

    static <RespT> void reply(ServerCall<?, RespT> call, RespT response) {
        call.sendHeaders(new Metadata());
        call.sendMessage(response);
        call.close(Status.OK, new Metadata());
    }
}
