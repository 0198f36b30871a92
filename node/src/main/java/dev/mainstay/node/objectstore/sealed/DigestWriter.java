package dev.mainstay.node.objectstore.sealed;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Writes the digest of what it wrote behind it. */
final class DigestWriter extends FilterOutputStream {

    private final MessageDigest digest;
    private boolean closed;

    DigestWriter(OutputStream out, MessageDigest digest) {
        super(out);
        this.digest = digest;
    }

    @Override
    public void write(int b) throws IOException {
        digest.update((byte) b);
        out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        digest.update(bytes, offset, length);
        out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            try (OutputStream end = out) {
                end.write(digest.digest());
            }
        }
    }
}
