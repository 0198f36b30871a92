package dev.mainstay.node.api;

import dev.mainstay.node.apply.Permits;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether calls are permitted, by users and roles as this member knows them. For reads that is what decides. Changes are
 * asked about again when they are applied; what is asked here keeps those out of the log that would be refused there, and is
 * sure of it: a member that isn't up to date catches up before it refuses.
 */
final class Access {

    private final Supplier<AuthState> state;
    private final Reads reads;
    private final LongFunction<List<Bytes>> keysOf;

    /** @param keysOf the keys that hang on a lease */
    Access(Supplier<AuthState> state, Reads reads, LongFunction<List<Bytes>> keysOf) {
        this.state = state;
        this.reads = reads;
        this.keysOf = keysOf;
    }

    /** Whether callers must say who they are. */
    boolean isOn() {
        return state.get().enabled();
    }

    /** Why a caller may not read a range now, {@code null} if he may. */
    @Nullable
    ErrorCode read(Identity identity, KeyRange range) {
        return ask(identity, permits -> permits.state().mayRead(permits.caller(), range));
    }

    /** The answer to a question about the caller's permissions as of now. */
    @Nullable
    ErrorCode ask(Identity identity, Function<Permits, @Nullable ErrorCode> question) {
        AuthState now = state.get();
        if (!now.enabled()) {
            return null;
        }
        return switch (identity.now()) {
            case Identity.Who.Known(Caller caller) -> question.apply(new Permits(now, caller, keysOf));
            case Identity.Who.Refused(ErrorCode code) -> code;
            case Identity.Who.Soon() -> ErrorCode.INVALID_AUTH_TOKEN;
        };
    }

    /**
     * Hands a change's caller on, or refuses the call if the change would surely be refused.
     *
     * @param question about the caller's permissions
     * @param onwards gets the caller; at once if nothing speaks against it
     */
    void change(
            UnaryCalls.Responder<?> responder,
            Function<Permits, @Nullable ErrorCode> question,
            Consumer<Caller> onwards) {
        if (!isOn()) {
            onwards.accept(Caller.NOBODY);
            return;
        }
        Identity identity = responder.identity();
        if (ask(identity, question) == null) {
            goOn(identity, responder, onwards);
            return;
        }
        reads.linearizable(behind -> {
            ErrorCode refusal = ask(identity, question);
            if (refusal != null) {
                responder.refuse(behind != null ? behind : refusal);
            } else {
                goOn(identity, responder, onwards);
            }
        });
    }

    private static void goOn(Identity identity, UnaryCalls.Responder<?> responder, Consumer<Caller> onwards) {
        switch (identity.now()) {
            case Identity.Who.Known(Caller caller) -> onwards.accept(caller);
            case Identity.Who.Refused(ErrorCode code) -> responder.refuse(code);
            case Identity.Who.Soon() -> responder.refuse(ErrorCode.INVALID_AUTH_TOKEN);
        }
    }
}
