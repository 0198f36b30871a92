package dev.mainstay.e2e.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A file system of its own that is small enough to fill, in memory. Needs the right to mount; where that is missing, there
 * is none, and the caller must say so.
 */
public final class SmallDisk implements AutoCloseable {
    private final Path root;

    private SmallDisk(Path root) {
        this.root = root;
    }

    /** Mounts one of this size at the folder, if this user may. */
    public static Optional<SmallDisk> mount(Path folder, int megabytes) {
        try {
            Files.createDirectories(folder);
            boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
            return mounted ? Optional.of(new SmallDisk(folder)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is mounted. */
    public Path root() {
        return root;
    }

    /** Makes the file system read-only or writable again. */
    public void readOnly(boolean readOnly) {
        if (!run("mount", "-o", readOnly ? "remount,ro" : "remount,rw", root.toString())) {
            throw new IllegalStateException("cannot remount " + root);
        }
    }

    /** Takes all room but this many bytes, give or take a few kilobytes. */
    public void fillLeaving(long bytes) {
        Path filler = root.resolve("filler");
        try (RandomAccessFile file = new RandomAccessFile(filler.toFile(), "rw")) {
            file.seek(file.length());
            // Large pieces first, for speed; the last ones are small, as servers need little room to go on for long.
            for (int size : new int[] {64 << 10, 4 << 10}) {
                while (Files.getFileStore(root).getUsableSpace() > bytes + size) {
                    file.write(new byte[size]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gives the room back. */
    public void makeRoom() {
        try {
            Files.deleteIfExists(root.resolve("filler"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        // Lazily, so that a server that is just ending doesn't keep it.
        run("umount", "-l", root.toString());
    }

    private static boolean run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getInputStream().readAllBytes();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
