package dev.mainstay.node.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import dev.mainstay.node.storage.rocksdb.RocksSettings;
import dev.mainstay.node.storage.rocksdb.RocksStore;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real store of some 50 MB is fetched while it is written to. */
@Timeout(180)
class SnapshotTransferTest {

    private static final Table DATA = new Table("data");
    private static final Table PLACE = new Table("place");
    private static final byte[] INDEX = {1};
    private static final int KEYS = 3_200;
    private static final int VALUE_BYTES = 16 << 10;

    @TempDir
    private Path temp;

    @Test
    void theStateArrivesAsItWasAtItsPositionWhileWritesGoOn() throws Exception {
        FakePeers peers = new FakePeers(1);
        var written = new AtomicLong();
        var stop = new AtomicBoolean();
        LogPosition position;
        long before;
        long after;
        try (RocksStore store = open("db");
                SnapshotSender sender = new SnapshotSender(
                        temp.resolve("snapshots"),
                        target -> checkpoint(store, target),
                        SnapshotMeter.NONE,
                        System::nanoTime,
                        new Random(1))) {
            sender.register(peers);
            for (int i = 1; i <= KEYS; i++) {
                write(store, i);
            }
            written.set(KEYS);
            Thread writer = Thread.ofPlatform().start(() -> {
                while (!stop.get()) {
                    write(store, written.get() + 1);
                    written.incrementAndGet();
                }
            });
            try {
                before = written.get();
                position = new SnapshotFetch(
                                peers,
                                2,
                                KEYS,
                                temp.resolve("incoming"),
                                SnapshotMeter.NONE,
                                FetchLimits.USUAL,
                                System::nanoTime,
                                new Random(2))
                        .run();
                after = written.get();
            } finally {
                stop.set(true);
                writer.join();
            }
        }

        assertThat(position.index()).isBetween(before, after);
        assertThat(after).as("writes went on").isGreaterThan(before);
        assertThat(peers.mostOutAtOnce()).isLessThanOrEqualTo(FetchLimits.USUAL.inFlight());
        assertThat(temp.resolve("snapshots")).doesNotExist();
        try (RocksStore copy = open("incoming")) {
            assertThat(index(copy.get(PLACE, INDEX))).isEqualTo(position.index());
            for (long key = 0; key < KEYS; key++) {
                long last = position.index() - Math.floorMod(position.index() - key, (long) KEYS);
                assertThat(copy.get(DATA, bytes(key))).as("key %d", key).isEqualTo(value(last));
            }
        }
        assertThat(Files.exists(temp.resolve("incoming/" + IncomingManifest.COMPLETE)))
                .isTrue();
    }

    private RocksStore open(String name) {
        return RocksStore.open(temp.resolve(name), List.of(DATA, PLACE), RocksSettings.small(), fault -> {
            throw new IllegalStateException(fault);
        });
    }

    private static LogPosition checkpoint(RocksStore store, Path target) {
        store.checkpoint(target);
        return new LogPosition(1, index(RocksStore.readCheckpoint(target, PLACE, INDEX)));
    }

    private static void write(RocksStore store, long index) {
        try (StoreTransaction changes = store.begin()) {
            changes.put(DATA, bytes(index % KEYS), value(index));
            changes.put(PLACE, INDEX, bytes(index));
            store.write(changes);
        }
    }

    private static byte[] value(long index) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(index).nextBytes(value);
        return value;
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private static long index(byte @Nullable [] row) {
        return ByteBuffer.wrap(Objects.requireNonNull(row)).getLong();
    }
}
