package dev.mainstay.node.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file in the data directory that holds nothing but room. Starting needs a few megabytes (the engine's options, a log
 * segment), which a disk that others have filled no longer has; giving the file up lets the member start, answer reads and
 * take the deletions that make room again. It is laid out anew by the next start with room for it.
 */
final class DiskReserve {

    private static final System.Logger LOG = System.getLogger(DiskReserve.class.getName());

    private static final int MIB = 1 << 20;
    private static final int SIZE_MIB = 32;

    /** With less than this left a start might fail. */
    private static final long SCARCE_BYTES = 64L * MIB;

    private final Path file;

    /** @param dataDirectory where the data is, whose disk counts */
    DiskReserve(Path dataDirectory) {
        this.file = dataDirectory.resolve("reserve");
    }

    /** Gives the reserve up or lays it out, as the room on the disk asks for. Call before anything is opened. */
    void settle() throws IOException {
        boolean held = Files.exists(file);
        if (Files.getFileStore(file.getParent()).getUsableSpace() < SCARCE_BYTES) {
            if (held) {
                Files.delete(file);
                LOG.log(
                        Level.WARNING,
                        "the disk of " + file.getParent() + " is nearly full: gave up " + SIZE_MIB
                                + " MiB kept for this, to be able to start. Make room; writes are refused until then.");
            }
        } else if (!held || Files.size(file) < (long) SIZE_MIB * MIB) {
            fill();
        }
    }

    /** Writes real bytes: a file that is only long takes no room. */
    private void fill() throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(MIB);
            for (int i = 0; i < SIZE_MIB; i++) {
                zeros.clear();
                while (zeros.hasRemaining()) {
                    channel.write(zeros);
                }
            }
        }
    }
}
