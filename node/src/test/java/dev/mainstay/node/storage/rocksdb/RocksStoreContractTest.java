package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreContract;
import dev.mainstay.node.testing.CrashCopy;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** A crash is a copy of the directory while the store is open: what the operating system was given, no more. */
class RocksStoreContractTest extends StoreContract {

    @TempDir
    Path directory;

    @Override
    protected Store open() {
        return open(directory.resolve("db"));
    }

    @Override
    protected Store crashed(Store store) throws IOException {
        return open(CrashCopy.of(directory.resolve("db"), directory.resolve("crashed")));
    }

    private static Store open(Path at) {
        return RocksStore.open(at, TABLES, RocksSettings.small(), fault -> {
            throw fault;
        });
    }
}
