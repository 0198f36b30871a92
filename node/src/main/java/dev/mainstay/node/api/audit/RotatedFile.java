package dev.mainstay.node.api.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to and that makes way for a new one when it is full: {@code path.1} is the one before,
 * {@code path.2} the one before that. Only its owner may read it. After a failure it is opened anew, and half a line is taken back. One thread.
 */
final class RotatedFile implements AutoCloseable {

    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path path;
    private final long maxBytes;
    private final int kept;
    private @Nullable FileChannel channel;
    private long size;

    /**
     * Opens the file.
     *
     * @param maxBytes how large it may get
     * @param kept how many full ones stay
     */
    RotatedFile(Path path, long maxBytes, int kept) throws IOException {
        this.path = path;
        this.maxBytes = maxBytes;
        this.kept = kept;
        open();
    }

    /** Hands whole lines to the operating system. */
    void append(byte[] lines) throws IOException {
        try {
            FileChannel out = channel == null ? open() : channel;
            if (size > 0 && size + lines.length > maxBytes) {
                out = rotate(out);
            }
            ByteBuffer left = ByteBuffer.wrap(lines);
            while (left.hasRemaining()) {
                int written = out.write(left);
                if (written <= 0) {
                    throw new IOException("nothing could be written to " + path);
                }
            }
            size += lines.length;
        } catch (IOException e) {
            giveUp(e);
            throw e;
        }
    }

    private FileChannel open() throws IOException {
        FileChannel opened = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(OWNERS));
        channel = opened;
        size = opened.size();
        return opened;
    }

    private FileChannel rotate(FileChannel full) throws IOException {
        full.close();
        channel = null;
        if (kept == 0) {
            Files.deleteIfExists(path);
            return open();
        }
        Files.deleteIfExists(numbered(kept));
        for (int i = kept - 1; i >= 1; i--) {
            if (Files.exists(numbered(i))) {
                Files.move(numbered(i), numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        Files.move(path, numbered(1), StandardCopyOption.ATOMIC_MOVE);
        return open();
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    private void giveUp(IOException why) {
        FileChannel broken = channel;
        channel = null;
        if (broken == null) {
            return;
        }
        try (broken) {
            broken.truncate(size);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
