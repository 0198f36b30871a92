package dev.mainstay.e2e.linear;

/**
 * A condition of a transaction.
 *
 * @param key the key it's about
 * @param modified what its mod revision must be; 0 if the key must not be there
 */
public record Guard(String key, long modified) {}
