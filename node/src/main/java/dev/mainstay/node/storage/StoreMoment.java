package dev.mainstay.node.storage;

/**
 * A store as of one moment, all tables together, for reads that take long: what is written, deleted or compacted since doesn't show,
 * and what is read doesn't push anything out of the store's caches. Any thread. Meanwhile the store keeps what it would have let
 * go; so close it.
 */
public interface StoreMoment extends StoreView, AutoCloseable {

    @Override
    void close();
}
