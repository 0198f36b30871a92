package dev.mainstay.node.storage;

import org.jspecify.annotations.Nullable;

/** The disk or the engine refused: no space, an input/output error, a store already closed. */
public final class StorageFailedException extends StorageException {

    private final boolean noSpace;

    public StorageFailedException(String message, boolean noSpace, @Nullable Throwable cause) {
        super(message, cause);
        this.noSpace = noSpace;
    }

    /** Whether a full disk is the reason, so that room on it would mend things. */
    public boolean noSpace() {
        return noSpace;
    }
}
