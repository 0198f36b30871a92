package dev.mainstay.node.snapshot;

import java.util.regex.Pattern;

/** A file of a checkpoint. */
public record SnapshotFile(String name, long bytes) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");

    /** @throws IllegalArgumentException if the name is not that of a file in the directory itself */
    public SnapshotFile {
        if (!PLAIN.matcher(name).matches()) {
            throw new IllegalArgumentException("not a file's plain name: " + name);
        }
        if (bytes < 0) {
            throw new IllegalArgumentException(name + " has " + bytes + " bytes");
        }
    }
}
