package dev.mainstay.node.api;

import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.api.auth.Tokens;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Attributes;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * What a call shows of who makes it. What that is worth may change while the call lasts, so it is looked at each time
 * something is asked for. Any thread.
 */
final class Identity {

    /** Where a call has its identity; a call without one is nobody's. */
    static final Attributes.Key<Identity> KEY = Attributes.Key.create("identity");

    private static final Identity NOBODY = new Identity(null, null, "");

    private final @Nullable Authentication authentication;
    private final @Nullable String token;
    private final String commonName;

    private Identity(@Nullable Authentication authentication, @Nullable String token, String commonName) {
        this.authentication = authentication;
        this.token = token;
        this.commonName = commonName;
    }

    /**
     * What a call shows.
     *
     * @param token counts before the certificate
     * @param commonName of a certificate that was checked; empty without one
     */
    static Identity of(Authentication authentication, @Nullable String token, String commonName) {
        return new Identity(authentication, token, commonName);
    }

    static Identity of(ServerCall<?, ?> call) {
        Identity shown = call.getAttributes().get(KEY);
        return shown != null ? shown : NOBODY;
    }

    /** Who calls, or why that can't be said. */
    sealed interface Who {

        record Known(Caller caller) implements Who {}

        record Refused(ErrorCode code) implements Who {}

        /** The token is so new that this member will know it soon. */
        record Soon() implements Who {}
    }

    Who now() {
        if (authentication == null || (token == null && commonName.isEmpty())) {
            return new Who.Known(Caller.NOBODY);
        }
        AuthState state = authentication.state().get();
        if (!state.enabled()) {
            return new Who.Known(Caller.NOBODY);
        }
        if (token == null) {
            return new Who.Known(new Caller.User(commonName, state.revision()));
        }
        return switch (authentication.tokens().look(token, state.revision())) {
            case Tokens.Shown.Valid(Caller.User user) -> new Who.Known(user);
            case Tokens.Shown.NotYetKnown() -> new Who.Soon();
            case Tokens.Shown.Invalid() -> new Who.Refused(ErrorCode.INVALID_AUTH_TOKEN);
        };
    }
}
