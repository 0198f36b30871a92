package dev.mainstay.node.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.node.storage.StorageException;
import dev.mainstay.node.storage.StorageFailedException;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file system of a few megabytes that runs full under the store; needs the right to mount one. */
@Timeout(120)
class FullDiskTest {

    private static final Table TABLE = new Table("one");
    private static final byte[] VALUE = new byte[4_096];

    private final CopyOnWriteArrayList<StorageException> faults = new CopyOnWriteArrayList<>();

    @TempDir
    Path directory;

    private Path disk;

    @BeforeEach
    void mountSmallDisk() throws Exception {
        new Random(1).nextBytes(VALUE);
        disk = Files.createDirectory(directory.resolve("disk"));
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString());
        if (!mounted) {
            disk = directory;
            System.out.println("SKIPPED: this user may not mount a small disk, so what a full one does is not tested");
        }
        assumeTrue(mounted, "no right to mount");
    }

    @AfterEach
    void unmount() throws Exception {
        if (!disk.equals(directory)) {
            run("umount", disk.toString());
        }
    }

    @Test
    void fullDiskIsToldAsSuchAndKeepsWhatWasFlushed() throws Exception {
        int flushed;
        try (RocksStore store = open()) {
            write(store, 0);
            store.flush();
            flushed = 1;
            Path ballast = fill();

            StorageFailedException refused = catchThrowableOfType(StorageFailedException.class, () -> {
                for (int i = 1; i < 10_000; i++) {
                    write(store, i);
                    if (i % 500 == 0) {
                        store.flush();
                    }
                }
            });

            assertThat(refused).isNotNull();
            assertThat(refused.noSpace()).as("%s", refused.getMessage()).isTrue();
            await("told of", () -> store.liveBytes() > 0 && !faults.isEmpty());
            assertThat(faults)
                    .allSatisfy(fault -> assertThat(fault)
                            .isInstanceOfSatisfying(
                                    StorageFailedException.class,
                                    failed -> assertThat(failed.noSpace()).isTrue()));
            assertThat(store.get(TABLE, key(0))).isEqualTo(VALUE);
            assertThat(store.getDurable(TABLE, key(1))).isNull();
            assertThat(store.get(TABLE, key(1)))
                    .as("what was written is still read")
                    .isEqualTo(VALUE);

            Files.delete(ballast);
            long freed = System.nanoTime();
            await("written again", () -> {
                try {
                    write(store, 20_000);
                    store.flush();
                    return true;
                } catch (StorageFailedException e) {
                    return false;
                }
            });
            System.out.println("wrote again " + (System.nanoTime() - freed) / 1_000_000 + " ms after there was room");
            assertThat(store.getDurable(TABLE, key(1))).isEqualTo(VALUE);
            assertThat(store.getDurable(TABLE, key(20_000))).isEqualTo(VALUE);
        }
        try (RocksStore reopened = open()) {
            assertThat(reopened.get(TABLE, key(flushed))).isEqualTo(VALUE);
            assertThat(reopened.get(TABLE, key(20_000))).isEqualTo(VALUE);
        }
    }

    @Test
    void closeOnAFullDiskEndsAndLeavesWhatWasFlushed() throws Exception {
        try (RocksStore store = open()) {
            write(store, 0);
            store.flush();
            for (int i = 1; i < 400; i++) {
                write(store, i);
            }
            fill();
        }
        try (RocksStore reopened = open()) {
            assertThat(reopened.get(TABLE, key(0))).isEqualTo(VALUE);
        } catch (StorageFailedException e) {
            assertThat(e.noSpace()).as("%s", e.getMessage()).isTrue();
        }
        Files.delete(disk.resolve("ballast"));
        try (RocksStore reopened = open()) {
            assertThat(reopened.get(TABLE, key(0))).isEqualTo(VALUE);
        }
    }

    private RocksStore open() {
        return RocksStore.open(disk.resolve("db"), List.of(TABLE), RocksSettings.small(), faults::add);
    }

    private static void write(RocksStore store, int number) {
        try (StoreTransaction changes = store.begin()) {
            changes.put(TABLE, key(number), VALUE);
            store.write(changes);
        }
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** Takes all the room but some kilobytes, in pieces: the engine may take of it too meanwhile. */
    private Path fill() throws IOException {
        Path ballast = disk.resolve("ballast");
        byte[] piece = new byte[16 << 10];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (Files.getFileStore(disk).getUsableSpace() > 64 << 10) {
                out.write(piece);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return ballast;
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
