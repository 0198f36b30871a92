package dev.mainstay.node.objectstore.stream;

import dev.mainstay.node.objectstore.ObjectStoreException;

/** Where a {@link RangedStream} comes from: one object, and never another one that has taken its place. */
public interface RangeSource {

    /**
     * Opens the object's bytes from this one up to its end. Has its own retries.
     *
     * @throws ObjectStoreException of kind {@code DAMAGED} if another object is in its place now
     */
    RangeBody open(long offset) throws ObjectStoreException;
}
