package dev.mainstay.node.api;

import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.apply.AlarmRules;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.consensus.Proposer;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends commands on their way and carries refusals back to the client. */
final class Proposals {

    private final Proposer proposer;
    private final Admission admission;
    private final Reads reads;
    private final Access access;
    private final AlarmRules alarms;
    private final boolean traced;

    /** @param traced whether calls may be traced */
    Proposals(Proposer proposer, Admission admission, Reads reads, Access access, AlarmRules alarms, boolean traced) {
        this.alarms = alarms;
        this.traced = traced;
        this.proposer = proposer;
        this.admission = admission;
        this.reads = reads;
        this.access = access;
    }

    /**
     * Proposes a command that has passed its checks, for the caller of the call.
     *
     * @param onDone gets what isn't a refusal; runs on the apply thread, so it must be short
     */
    void propose(Command command, Responder<?> responder, Consumer<Outcome> onDone) {
        access.change(
                responder,
                // An alarm's refusal comes before a missing permission, and is the log's to give.
                permits -> alarms.check(command) != null ? null : permits.check(command),
                caller -> admit(command.by(caller), responder, onDone));
    }

    private void admit(Command command, Responder<?> responder, Consumer<Outcome> onDone) {
        if (admission.admitsNow(command)) {
            send(command, responder, onDone);
            return;
        }
        CompletableFuture<?> _ = CompletableFuture.supplyAsync(
                        () -> Optional.ofNullable(decide(command)), Thread::startVirtualThread)
                .thenAccept(
                        refusal -> refusal.ifPresentOrElse(responder::refuse, () -> send(command, responder, onDone)))
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        responder.refuse(Status.INTERNAL.withDescription(String.valueOf(failure)));
                    }
                });
    }

    /** An alarm that this member sees may have been cleared through another one: it refuses only as of now. */
    private @Nullable ErrorCode decide(Command command) {
        ErrorCode refusal = admission.admit(command);
        return refusal == null || !reads.catchUp() ? refusal : admission.admit(command);
    }

    private void send(Command command, Responder<?> responder, Consumer<Outcome> onDone) {
        CallTrace trace = traced ? responder.trace() : null;
        CompletableFuture<?> _ = proposer.propose(
                        command, responder::isCancelled, trace == null ? null : trace.proposes())
                .whenComplete((outcome, failure) -> answer(outcome, failure, responder, onDone));
    }

    private static void answer(
            @Nullable Outcome outcome, @Nullable Throwable failure, Responder<?> responder, Consumer<Outcome> onDone) {
        if (outcome instanceof Outcome.Refused(ErrorCode code)) {
            responder.refuse(code);
        } else if (outcome != null) {
            onDone.accept(outcome);
        } else {
            responder.refuse(Status.INTERNAL.withDescription(String.valueOf(failure)));
        }
    }
}
