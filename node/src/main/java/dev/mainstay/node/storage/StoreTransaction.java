package dev.mainstay.node.storage;

/** A set of changes that can be read through: its own changes first, then the store. Owned by one thread. */
public interface StoreTransaction extends WriteSet, StoreView, AutoCloseable {

    boolean isEmpty();

    /** Passes the changes on in an order that comes to the same. */
    void replay(WriteSet target);

    @Override
    void close();
}
