package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.StorageFailedException;
import dev.mainstay.node.storage.StoreFaultListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells of work in the background that failed, by the engine's count of it. The engine's own event for that doesn't get
 * through where it matters most: its Java part doesn't know the reason "flush without a log", and throws instead of
 * calling the listener. Any thread.
 */
final class FailedWork {

    /** With less room than this a failure is put down to the full disk. */
    private static final long ROOM_TO_WORK_BYTES = 1 << 20;

    private final Path directory;
    private final StoreFaultListener faults;
    private final AtomicLong seen = new AtomicLong();

    FailedWork(Path directory, StoreFaultListener faults) {
        this.directory = directory;
        this.faults = faults;
    }

    /** @param failures how many pieces of work have failed since the database was opened */
    void look(long failures) {
        if (failures > seen.getAndAccumulate(failures, Math::max)) {
            faults.faulted(new StorageFailedException(
                    "flushes or compactions of the database failed, so far " + failures, isFull(), null));
        }
    }

    private boolean isFull() {
        try {
            return Files.getFileStore(directory).getUsableSpace() < ROOM_TO_WORK_BYTES;
        } catch (IOException e) {
            return false;
        }
    }
}
