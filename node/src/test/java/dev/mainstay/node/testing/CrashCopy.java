package dev.mainstay.node.testing;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Copies the directory of an open database, the way a crash of its process would leave it. */
public final class CrashCopy {

    private CrashCopy() {}

    /**
     * Copies all files, again and again until none came, went or grew meanwhile: a crash takes them all at one moment.
     *
     * @param to is created
     * @return {@code to}
     */
    public static Path of(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        while (true) {
            try {
                Map<Path, Long> before = files(from);
                for (Path file : before.keySet()) {
                    Files.copy(from.resolve(file), to.resolve(file));
                }
                if (files(from).equals(before)) {
                    return to;
                }
            } catch (NoSuchFileException e) {
                // gone while we copied: once more
            }
            for (Path file : files(to).keySet()) {
                Files.delete(to.resolve(file));
            }
        }
    }

    /** Names with sizes, without the engine's own log texts. */
    private static Map<Path, Long> files(Path directory) throws IOException {
        Map<Path, Long> files = new TreeMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path file : all) {
                if (!file.getFileName().toString().startsWith("LOG")) {
                    files.put(file.getFileName(), Files.size(file));
                }
            }
        }
        return files;
    }
}
