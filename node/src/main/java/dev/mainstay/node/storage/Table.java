package dev.mainstay.node.storage;

/**
 * A named, separately ordered key space of a {@link Store} (a column family).
 *
 * @param name unique within a store and stable for ever: it is part of the format on disk
 */
public record Table(String name) {}
