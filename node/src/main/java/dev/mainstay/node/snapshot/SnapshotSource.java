package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import java.nio.file.Path;

/** Where checkpoints of the state come from. */
public interface SnapshotSource {

    /**
     * Makes a copy of the state at this moment, while writes go on; takes as long as a flush.
     *
     * @param target the directory to make; its parent exists
     * @return the last log entry that the copy holds
     * @throws RuntimeException if it can't be made
     */
    LogPosition checkpoint(Path target);
}
