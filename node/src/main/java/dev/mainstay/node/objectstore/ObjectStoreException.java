package dev.mainstay.node.objectstore;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An object store didn't do as it was told. The message is for people and says what to do; the kind is for programs. */
public final class ObjectStoreException extends IOException {

    /** Why. */
    public enum Kind {
        /** There is no such object. */
        MISSING,
        /** The credentials are unknown or may not do this. */
        DENIED,
        /** The store doesn't answer, or its connections break, for longer than it was asked again. */
        UNREACHABLE,
        /** The store asks to be asked less, for longer than it was. */
        THROTTLED,
        /** There's no room for it: a full disk, a quota, an object larger than the store allows. */
        FULL,
        /** This machine's clock and the store's are too far apart for a request to count. */
        CLOCK_SKEW,
        /** An option is wrong, or the bucket, container or directory that it names doesn't exist. */
        BAD_SETTING,
        /** What was read isn't what was written. */
        DAMAGED,
        /** Anything else; the message has the store's words. */
        OTHER
    }

    private final Kind kind;

    /** With no exception behind it. */
    public ObjectStoreException(Kind kind, String message) {
        this(kind, message, null);
    }

    /** With the exception that it was known by. */
    public ObjectStoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
