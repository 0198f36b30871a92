package dev.mainstay.node.tls;

import java.io.IOException;

/** Certificates, keys or trust that can't be used; the message is one line that names the file and says what to do. */
public final class TlsException extends IOException {

    private static final long serialVersionUID = 1L;

    TlsException(String message) {
        super(message);
    }
}
