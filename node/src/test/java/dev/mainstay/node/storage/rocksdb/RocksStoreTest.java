package dev.mainstay.node.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StorageCorruptedException;
import dev.mainstay.node.storage.StorageFailedException;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.testing.CrashCopy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksStoreTest {

    private static final Table ONE = new Table("one");
    private static final Table TWO = new Table("two");

    @TempDir
    Path directory;

    @Test
    void crashLeavesWhatWasFlushedInAllTables() throws IOException {
        try (RocksStore store = open("db")) {
            write(store, 1);
            store.flush();
            write(store, 2);
            CrashCopy.of(directory.resolve("db"), directory.resolve("crashed"));

            assertThat(store.get(TWO, key(2))).isNotNull();
            assertThat(store.getDurable(TWO, key(1))).isNotNull();
            assertThat(store.getDurable(TWO, key(2))).isNull();
        }
        try (RocksStore crashed = open("crashed")) {
            assertThat(crashed.get(ONE, key(1))).isNotNull();
            assertThat(crashed.get(TWO, key(1))).isNotNull();
            assertThat(crashed.get(ONE, key(2))).isNull();
            assertThat(crashed.get(TWO, key(2))).isNull();
        }
    }

    @Test
    void flippedBitIsReportedAsDamage() throws IOException {
        try (RocksStore store = open("db")) {
            for (int i = 0; i < 500; i++) {
                write(store, i);
            }
        }
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".sst")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[100] ^= 1;
                Files.write(file, bytes);
            }
        }

        assertThatThrownBy(() -> {
                    try (RocksStore store = open("db")) {
                        store.first(ONE, key(0), key(1000));
                    }
                })
                .isInstanceOf(StorageCorruptedException.class);
    }

    @Test
    void directoryWithoutItsCurrentFileIsDamaged() throws IOException {
        try (RocksStore store = open("db")) {
            write(store, 1);
        }
        Files.delete(directory.resolve("db/CURRENT"));

        assertThatThrownBy(() -> open("db")).isInstanceOf(StorageCorruptedException.class);
    }

    @Test
    void closedStoreRefusesAndAnOpenCursorKeepsItOpen() {
        RocksStore store = open("db");
        Cursor cursor = store.cursor(ONE, null, null);
        Thread.ofVirtual().start(cursor::close);

        store.close();

        assertThatThrownBy(() -> store.get(ONE, key(1))).isInstanceOf(StorageFailedException.class);
    }

    @Test
    void firstFindsItsWayPastManyDeletedKeysAndSeesNewWrites() {
        try (RocksStore store = open("db")) {
            for (int i = 0; i < 300; i++) {
                write(store, i);
            }
            try (StoreTransaction changes = store.begin()) {
                for (int i = 0; i < 299; i++) {
                    changes.delete(ONE, key(i));
                }
                store.write(changes);
            }

            var last = store.first(ONE, key(0), key(1000));
            assertThat(last).isNotNull();
            assertThat(store.first(ONE, key(0), key(299))).isNull();
            write(store, 5);
            var fresh = store.first(ONE, key(0), key(1000));
            assertThat(fresh).isNotNull();
            assertThat(fresh.key()).isEqualTo(key(5));
        }
    }

    @Test
    void checkpointIsAStore() {
        try (RocksStore store = open("db")) {
            write(store, 1);
            store.checkpoint(directory.resolve("copy"));
        }
        try (RocksStore copy = open("copy")) {
            assertThat(copy.get(ONE, key(1))).isNotNull();
        }
    }

    private RocksStore open(String name) {
        return RocksStore.open(directory.resolve(name), List.of(ONE, TWO), RocksSettings.small(), fault -> {});
    }

    private static void write(RocksStore store, int number) {
        try (StoreTransaction changes = store.begin()) {
            changes.put(ONE, key(number), new byte[100]);
            changes.put(TWO, key(number), new byte[100]);
            store.write(changes);
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }
}
