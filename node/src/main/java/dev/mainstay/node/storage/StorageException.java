package dev.mainstay.node.storage;

import org.jspecify.annotations.Nullable;

/** The storage engine can't do its work. Nothing that was read or written in the failed call may be relied on. */
public abstract sealed class StorageException extends RuntimeException
        permits StorageCorruptedException, StorageFailedException {

    StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
