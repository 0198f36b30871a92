package dev.mainstay.node.leader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Remembers that this member raised NOSPACE because of its disk, and may therefore clear it again; an alarm that an
 * operator or the quota raised is the operator's to clear. Across restarts it is remembered by an empty file, as well as a
 * full disk allows. Any thread.
 */
public final class DiskFullMark {

    private static final System.Logger LOG = System.getLogger(DiskFullMark.class.getName());

    private final Path file;
    private boolean full;

    /** @param file lies in the data directory, and is there while the mark is set */
    public DiskFullMark(Path file) {
        this.file = file;
        this.full = Files.exists(file);
    }

    synchronized boolean isSet() {
        return full;
    }

    synchronized void set(boolean nowFull) {
        if (nowFull == full) {
            return;
        }
        full = nowFull;
        try {
            if (nowFull) {
                Files.createFile(file);
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "can''t note in {0} whether the disk is full: {1}", file, e);
        }
    }
}
