package dev.mainstay.node.objectstore.file;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** What a file system's failure means. Java has types for a few of them; for the others there are the system's words. */
final class FileFailures {

    private FileFailures() {}

    static ObjectStoreException of(String what, IOException cause) {
        if (cause instanceof ObjectStoreException known) {
            return known;
        }
        String reason = reason(cause);
        return switch (kind(cause, reason)) {
            case MISSING -> new ObjectStoreException(Kind.MISSING, "can't " + what + ": it isn't there", cause);
            case FULL -> new ObjectStoreException(Kind.FULL, "can't " + what + ": " + reason + "; make room", cause);
            case DENIED ->
                new ObjectStoreException(
                        Kind.DENIED,
                        "can't " + what + ": " + reason + "; give this process the right to, or choose another",
                        cause);
            case UNREACHABLE ->
                new ObjectStoreException(
                        Kind.UNREACHABLE, "can't " + what + ": " + reason + "; look at the mount", cause);
            case DAMAGED ->
                new ObjectStoreException(Kind.DAMAGED, "can't " + what + ": " + reason + "; look at the disk", cause);
            default -> new ObjectStoreException(Kind.OTHER, "can't " + what + ": " + reason, cause);
        };
    }

    /** Whether a path goes on below what is a file. */
    static boolean isBelowFile(IOException cause) {
        return cause instanceof NotDirectoryException || reason(cause).contains("Not a directory");
    }

    private static Kind kind(IOException cause, String reason) {
        if (cause instanceof NoSuchFileException) {
            return Kind.MISSING;
        }
        if (cause instanceof AccessDeniedException) {
            return Kind.DENIED;
        }
        String words = reason.toLowerCase(Locale.ROOT);
        if (words.contains("no space left") || words.contains("quota exceeded") || words.contains("file too large")) {
            return Kind.FULL;
        }
        if (words.contains("read-only file system")
                || words.contains("not permitted")
                || words.contains("permission denied")) {
            return Kind.DENIED;
        }
        if (words.contains("stale") || words.contains("not connected") || words.contains("timed out")) {
            return Kind.UNREACHABLE;
        }
        return words.contains("input/output error") ? Kind.DAMAGED : Kind.OTHER;
    }

    private static String reason(IOException cause) {
        String reason = cause instanceof FileSystemException known ? known.getReason() : cause.getMessage();
        return reason == null ? cause.getClass().getSimpleName() : reason;
    }
}
