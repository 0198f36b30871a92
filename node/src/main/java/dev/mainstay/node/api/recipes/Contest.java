package dev.mainstay.node.api.recipes;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A call that waits for its contender to win. */
final class Contest<ReqT, RespT> extends ServerCall.Listener<ReqT> {

    private final ServerCall<ReqT, RespT> call;
    private final Contender contender;

    private Contest(ServerCall<ReqT, RespT> call, Contender contender) {
        this.call = call;
        this.contender = contender;
    }

    /** Lets a contender compete with this lease and answers the call with what it won. */
    static <ReqT, RespT> ServerCall.Listener<ReqT> begin(
            ServerCall<ReqT, RespT> call, Contender contender, long lease, Function<Contender.Won, RespT> answer) {
        Contest<ReqT, RespT> contest = new Contest<>(call, contender);
        CompletableFuture<?> _ = contender.compete(lease).whenComplete((won, failure) -> {
            if (failure != null) {
                call.close(Refusals.of(failure), new Metadata());
            } else {
                contest.won(won, answer.apply(won));
            }
        });
        return contest;
    }

    @Override
    public void onCancel() {
        contender.cancel();
    }

    @Override
    public void onComplete() {
        contender.cancel();
    }

    private void won(Contender.Won won, RespT response) {
        if (call.isCancelled() && won.entered().isOfTheCall()) {
            contender.leave(won.entered());
        }
        RecipeCalls.reply(call, response);
    }
}
