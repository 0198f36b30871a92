package dev.mainstay.node.snapshot;

import java.io.IOException;

/** A sender's refusal, or an answer that can't be used. */
public final class SnapshotException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The sender doesn't have that checkpoint, any more or at all. */
        UNKNOWN_SNAPSHOT(1),
        /** The sender has as many checkpoints open as it may. */
        TOO_MANY(2),
        /** The request asks for what isn't there. */
        BAD_REQUEST(3),
        /** The bytes are not those that were sent. */
        DAMAGED(4);

        private final byte code;

        Reason(int code) {
            this.code = (byte) code;
        }

        /** How it is called on the wire; never changes. */
        byte code() {
            return code;
        }
    }

    private final Reason reason;

    public SnapshotException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
