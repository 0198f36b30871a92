package dev.mainstay.operator.member;

import org.jspecify.annotations.Nullable;

/**
 * Where a member is.
 *
 * @param client HOST:PORT of its client port
 * @param metrics HOST:PORT of its metrics port, always without TLS
 * @param name the name that its certificate is for
 * @param identity by what to call it; null without TLS
 */
public record Endpoint(
        String client,
        String metrics,
        String name,
        @Nullable ClientIdentity identity) {}
