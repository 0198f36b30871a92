package dev.mainstay.node.api.auth;

import java.security.Key;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How signed tokens are made and checked.
 *
 * @param method as in JOSE's registry, like {@code RS256}
 * @param signing {@code null} if this member only checks
 */
public record JwtSettings(String method, @Nullable Key signing, Key verifying, Duration ttl) {}
