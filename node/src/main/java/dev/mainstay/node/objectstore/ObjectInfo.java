package dev.mainstay.node.objectstore;

import java.time.Instant;

/**
 * What a store tells of an object.
 *
 * @param key relative to the store's place
 * @param size in bytes
 * @param modified when it became visible, by the store's clock, in the store's precision (a second or better)
 */
public record ObjectInfo(String key, long size, Instant modified) {}
