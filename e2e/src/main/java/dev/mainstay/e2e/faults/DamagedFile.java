package dev.mainstay.e2e.faults;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A file of a stopped server, to be damaged. "Used" is everything up to the last byte that isn't zero, since logs are
 * allocated ahead.
 */
public record DamagedFile(Path path) {
    /** The largest (by what is used) file below the folder whose name contains this text. */
    public static DamagedFile largest(Path folder, String nameContains) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().contains(nameContains))
                    .map(DamagedFile::new)
                    .max(Comparator.comparingLong(DamagedFile::used))
                    .orElseThrow(() -> new IllegalStateException("no file *" + nameContains + "* below " + folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes are used. */
    public long used() {
        try {
            byte[] content = Files.readAllBytes(path);
            int end = content.length;
            while (end > 0 && content[end - 1] == 0) {
                end--;
            }
            return end;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Inverts one bit of the byte at this offset. */
    public void flipBit(long offset) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 0x10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the file at this offset. */
    public void truncate(long offset) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(offset);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes bytes over what is at this offset. */
    public void overwrite(long offset, byte[] bytes) {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
