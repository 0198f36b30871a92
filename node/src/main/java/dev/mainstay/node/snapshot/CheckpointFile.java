package dev.mainstay.node.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of a store that nobody writes to.
 *
 * @param fingerprint 64 hexadecimal digits that no file with other content has; empty if that isn't known
 */
public record CheckpointFile(String name, long bytes, String fingerprint) {

    /** Those in a directory that belong to the store; not the text log and lock that opening it may leave. */
    public static List<CheckpointFile> list(Path directory) throws IOException {
        List<CheckpointFile> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(directory)) {
            for (Path file : all.sorted().toList()) {
                String name = file.getFileName().toString();
                if (belongs(name)) {
                    files.add(new CheckpointFile(
                            name, Files.size(file), TableFingerprint.isTable(name) ? TableFingerprint.of(file) : ""));
                }
            }
        }
        return files;
    }

    private static boolean belongs(String name) {
        return !name.startsWith("LOG") && !name.equals("LOCK") && !name.equals("IDENTITY");
    }
}
