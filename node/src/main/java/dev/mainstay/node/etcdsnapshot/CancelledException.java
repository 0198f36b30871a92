package dev.mainstay.node.etcdsnapshot;

import java.io.IOException;

/** Nobody wants the snapshot any more. */
public final class CancelledException extends IOException {

    private static final long serialVersionUID = 1;

    CancelledException() {
        super("nobody wants the snapshot any more");
    }
}
