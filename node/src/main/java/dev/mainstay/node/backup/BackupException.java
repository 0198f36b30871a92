package dev.mainstay.node.backup;

import dev.mainstay.node.objectstore.ObjectStoreException;
import java.io.IOException;

/** A backup can't be made, read or used; the message is for whoever asked. */
public final class BackupException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is no repository there, or no such backup in it. */
        MISSING,
        /** What was read isn't what was written. */
        DAMAGED,
        /** A newer release wrote it. */
        NEWER_FORMAT,
        /** It is encrypted, and the key that was given doesn't open it, or none was given. */
        KEY,
        /** What is backed up can't be read, or isn't what it said it was. */
        SOURCE,
        /** No backup and no archive reach it. */
        OUT_OF_REACH,
        /** Somebody took the backup for dead while it was being made. */
        TAKEN_AWAY
    }

    private final Reason reason;

    public BackupException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public BackupException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What a store's complaint about an object, as it is read and decoded, says of the backup. */
    static IOException of(String key, ObjectStoreException e) {
        return switch (e.kind()) {
            case MISSING -> new BackupException(Reason.DAMAGED, key + " isn't there", e);
            case DAMAGED -> new BackupException(Reason.DAMAGED, e.getMessage() == null ? key : e.getMessage(), e);
            case BAD_SETTING -> new BackupException(Reason.KEY, e.getMessage() == null ? key : e.getMessage(), e);
            default -> e;
        };
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
