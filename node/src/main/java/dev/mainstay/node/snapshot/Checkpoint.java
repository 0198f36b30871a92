package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import java.util.List;

/**
 * What a sender has open.
 *
 * @param id its name for it
 * @param position the last log entry it holds
 */
record Checkpoint(long id, LogPosition position, List<SnapshotFile> files) {

    Checkpoint {
        files = List.copyOf(files);
    }

    long bytes() {
        return files.stream().mapToLong(SnapshotFile::bytes).sum();
    }
}
