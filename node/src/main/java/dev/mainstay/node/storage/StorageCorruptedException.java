package dev.mainstay.node.storage;

import org.jspecify.annotations.Nullable;

/** What is on disk isn't what was written: a checksum that doesn't match, a file that is missing or cut. */
public final class StorageCorruptedException extends StorageException {

    public StorageCorruptedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
