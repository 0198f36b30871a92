package dev.mainstay.operator.cluster.trust;

import java.time.Instant;

/**
 * A certificate authority.
 *
 * @param id tells it from others
 * @param end when it ends
 */
public record Ca(String id, Instant end) {}
