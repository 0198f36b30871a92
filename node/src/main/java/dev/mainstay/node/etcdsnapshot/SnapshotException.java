package dev.mainstay.node.etcdsnapshot;

import java.io.IOException;

/** A file is no snapshot that can be used, for the reason that the message gives. */
public final class SnapshotException extends IOException {

    private static final long serialVersionUID = 1;

    SnapshotException(String what) {
        super(what);
    }

    SnapshotException(String what, Throwable cause) {
        super(what, cause);
    }
}
