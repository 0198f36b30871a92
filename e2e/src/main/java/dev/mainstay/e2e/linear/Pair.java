package dev.mainstay.e2e.linear;

/**
 * A key with its value, as the API shows it.
 *
 * @param created the revision that made the key
 * @param modified the revision that last changed it
 * @param version how often it was put since it was made, from 1
 */
public record Pair(String key, String value, long created, long modified, long version) {}
