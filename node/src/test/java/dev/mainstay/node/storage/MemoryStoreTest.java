package dev.mainstay.node.storage;

/** The twin in memory keeps the contract that the tests over it rely on. */
class MemoryStoreTest extends StoreContract {

    @Override
    protected Store open() {
        return new MemoryStore();
    }

    @Override
    protected Store crashed(Store store) {
        ((MemoryStore) store).crash();
        return store;
    }
}
