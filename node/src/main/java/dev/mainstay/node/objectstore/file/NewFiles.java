package dev.mainstay.node.objectstore.file;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/** How files come into the directory and leave it, each step on disk before the next. */
final class NewFiles {

    /** In an unfinished file's name, in place of the key's slashes and before its random end; no key has it. */
    private static final char MARK = '+';

    /** How often a directory is made again that another's deletion takes away before there's something in it. */
    private static final int ATTEMPTS = 10;

    private static final ReentrantLock LOCK = new ReentrantLock();

    private final SecureRandom random = new SecureRandom();
    private final Path root;
    private final Path uploads;

    NewFiles(Path root) {
        this.root = root;
        this.uploads = root.resolve(DirectoryStore.UPLOADS);
    }

    /** The name of a file to write this key's object to. */
    Path begin(String key) throws IOException {
        makeDirectories(uploads);
        byte[] end = new byte[8];
        random.nextBytes(end);
        return uploads.resolve(key.replace('/', MARK) + MARK + HexFormat.of().formatHex(end));
    }

    /** Moves a file that is on disk into its place, whatever is there. */
    void replace(Path unfinished, Path target) throws IOException {
        intoDirectoryOf(
                target,
                () -> Files.move(
                        unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
    }

    /** As {@link #replace}, but only into an empty place; false if there's something there. */
    boolean putIfNone(Path unfinished, Path target) throws IOException {
        try {
            intoDirectoryOf(target, () -> Files.createLink(target, unfinished));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (NoSuchFileException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            return putAlone(unfinished, target); // a file system without hard links
        }
    }

    private boolean putAlone(Path unfinished, Path target) throws IOException {
        LOCK.lock();
        try (FileChannel channel =
                        FileChannel.open(uploads.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            if (!held.isValid() || Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            replace(unfinished, target);
            return true;
        } finally {
            LOCK.unlock();
        }
    }

    /** Deletes what was begun for keys like this and not written to since. */
    void removeLeftovers(String prefix, Instant before) throws IOException {
        String beginning = prefix.replace('/', MARK);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(uploads)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.indexOf(MARK) >= 0 && name.startsWith(beginning) && isOlder(file, before)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            return; // nothing was ever begun
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isOlder(Path file, Instant before) throws IOException {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                    .toInstant()
                    .isBefore(before);
        } catch (NoSuchFileException e) {
            return false; // finished meanwhile
        }
    }

    /** Takes directories away that are empty, from this one up to below the root, and brings the deletions to disk. */
    void removeIfEmpty(Path directory) throws IOException {
        Path path = directory;
        while (!path.equals(root)) {
            try {
                Files.delete(path);
            } catch (DirectoryNotEmptyException | NoSuchFileException e) {
                break;
            }
            path = above(path);
        }
        if (Files.exists(path)) {
            force(path);
        }
    }

    private void intoDirectoryOf(Path target, Step step) throws IOException {
        for (int attempt = 1; ; attempt++) {
            makeDirectories(above(target));
            try {
                step.run();
                force(above(target));
                return;
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS || Files.exists(above(target))) {
                    throw e;
                }
            }
        }
    }

    private void makeDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path path = directory; path.startsWith(root) && !Files.isDirectory(path); path = above(path)) {
            missing.push(path);
        }
        for (Path path : missing) {
            try {
                Files.createDirectory(path);
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new ObjectStoreException(
                            Kind.OTHER,
                            path + " is a file, so that no object can be below it; delete the one or rename the other",
                            e);
                }
            }
            force(above(path));
        }
    }

    private static Path above(Path path) {
        return Objects.requireNonNull(path.getParent(), "a directory above all others");
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** A change in a directory that may be taken away before. */
    private interface Step {
        void run() throws IOException;
    }
}
