package dev.mainstay.node.mvcc;

import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import dev.mainstay.node.testing.CrashCopy;
import dev.mainstay.node.testing.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;

class KvPropertyTest {

    @TempDir
    Path directory;

    @Seeds(1500)
    void everyAnswerIsTheModels(long seed) {
        MemoryStore store = new MemoryStore();
        KvTrial trial = new KvTrial(seed, store);
        Random random = new Random(seed);

        for (int round = 0; round < 5; round++) {
            trial.steps(25);
            if (random.nextBoolean()) {
                trial.flush();
            }
            if (random.nextInt(3) == 0) {
                store.crash();
                trial.reopenedAs(store, true);
            } else if (random.nextInt(3) == 0) {
                trial.reopenedAs(store, false);
            }
        }
    }

    /** Crashes are copies of the directory while the store is open. */
    @Seeds(4)
    void everyAnswerIsTheModelsOnDisk(long seed) throws IOException {
        Path at = directory.resolve("0");
        RocksStore store = open(at);
        KvTrial trial = new KvTrial(seed, store);
        Random random = new Random(seed);

        for (int round = 0; round < 6; round++) {
            trial.steps(60);
            if (random.nextBoolean()) {
                trial.flush();
            }
            boolean crash = random.nextInt(3) != 0;
            if (crash) {
                at = CrashCopy.of(at, directory.resolve(Integer.toString(round + 1)));
            }
            store.close();
            store = open(at);
            trial.reopenedAs(store, crash);
            trial.flush();
        }
        store.close();
    }

    private static RocksStore open(Path at) {
        return RocksStore.open(at, Schema.tables(), RocksSettings.small(), fault -> {
            throw fault;
        });
    }
}
