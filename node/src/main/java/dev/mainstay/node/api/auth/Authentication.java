package dev.mainstay.node.api.auth;

import dev.mainstay.node.auth.AuthState;
import java.util.function.Supplier;

/**
 * What the services need to know who calls.
 *
 * @param state users and roles as of now
 * @param byCertificate whether the common name of a certificate says who a caller is
 */
public record Authentication(
        Supplier<AuthState> state,
        Tokens tokens,
        Passwords passwords,
        FailedLogins failedLogins,
        boolean byCertificate) {}
