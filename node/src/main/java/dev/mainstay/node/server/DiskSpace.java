package dev.mainstay.node.server;

import dev.mainstay.node.leader.FreeSpace;
import dev.mainstay.node.storage.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The room on the disks that the data directory and the log are on; the fuller one counts. */
record DiskSpace(Path dataDirectory, Path logDirectory, Store store) implements FreeSpace {

    @Override
    public long usableBytes() {
        try {
            return Math.min(
                    Files.getFileStore(dataDirectory).getUsableSpace(),
                    Files.getFileStore(logDirectory).getUsableSpace());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The size of the disks; that of the smaller one counts. */
    long totalBytes() throws IOException {
        return Math.min(
                Files.getFileStore(dataDirectory).getTotalSpace(),
                Files.getFileStore(logDirectory).getTotalSpace());
    }

    @Override
    public long liveBytes() {
        return store.liveBytes();
    }
}
