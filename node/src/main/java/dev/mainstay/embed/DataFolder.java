package dev.mainstay.embed;

import dev.mainstay.node.snapshot.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where data is kept: a directory of the caller's, which stays, or one of our own, which goes. */
final class DataFolder {

    private static final System.Logger LOG = System.getLogger(DataFolder.class.getName());

    private final Path path;
    private final boolean temporary;

    private DataFolder(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * @param given null for a temporary one
     * @throws EmbedException if that can't be made
     */
    static DataFolder of(@Nullable Path given) {
        if (given != null) {
            return new DataFolder(given, false);
        }
        try {
            return new DataFolder(Files.createTempDirectory("mainstay-"), true);
        } catch (IOException e) {
            throw new EmbedException("no temporary directory can be made: " + e.getMessage(), e);
        }
    }

    Path path() {
        return path;
    }

    /** Deletes a temporary one with all that is in it. Nothing may use it any more. */
    void discard() {
        if (!temporary) {
            return;
        }
        try {
            Trees.delete(path);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the temporary directory " + path + " could not be deleted", e);
        }
    }
}
