package dev.mainstay.node.api;

import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Who may do over plain HTTP what is the administrator's: with authentication on, users with the root role; without, but with
 * certificates that stand for users, whose certificate says root; else everybody who reaches the address. Any thread.
 */
public final class Administrators {

    private static final String ROOT = "root";

    private final Authentication authentication;

    /** By these users and tokens. */
    public Administrators(Authentication authentication) {
        this.authentication = authentication;
    }

    /**
     * Why somebody may not.
     *
     * @param authorization the header, if there is one: a token
     * @param commonName of a certificate that was checked; empty without one
     * @return null if he may
     */
    public @Nullable ErrorCode refusal(@Nullable String authorization, String commonName) {
        AuthState now = authentication.state().get();
        if (!now.enabled()) {
            return authentication.byCertificate() && !commonName.equals(ROOT) ? ErrorCode.PERMISSION_DENIED : null;
        }
        Identity identity = Identity.of(
                authentication, Identification.bare(authorization), authentication.byCertificate() ? commonName : "");
        return switch (identity.now()) {
            case Identity.Who.Known(var caller) -> now.mayAdminister(caller);
            case Identity.Who.Refused(ErrorCode code) -> code;
            case Identity.Who.Soon() -> ErrorCode.INVALID_AUTH_TOKEN;
        };
    }
}
