package dev.mainstay.node.consensus;

import java.io.IOException;

/** A call to a peer without an answer. */
public final class PeerException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why there is none. */
    public enum Reason {
        /** No such member in the group's configuration. */
        UNKNOWN_MEMBER,
        /** Meant for the leader, and nobody is known to lead. */
        NO_LEADER,
        /** Not connected, refused, or the connection broke: the call may have arrived or not. */
        UNREACHABLE,
        /** No answer in time: the call may have arrived or not. */
        TIMEOUT,
        /** The peer is of another cluster, or doesn't know the method. */
        REFUSED,
        /** The peer's handler failed; the message says why. */
        FAILED
    }

    private final Reason reason;

    public PeerException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
