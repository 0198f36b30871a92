package dev.mainstay.node.objectstore.gcs;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bytes that are asked for when they're read. Answers that say no are told as such; only what else fails may be tried again. */
final class GcsBody extends FilterInputStream {

    private final String name;

    GcsBody(InputStream in, String name) {
        super(in);
        this.name = name;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return in.read(bytes, offset, length);
        } catch (IOException | RuntimeException e) {
            int status = GcsFailures.status(e);
            if (status == 404 || status == 412) {
                throw new ObjectStoreException(
                        Kind.DAMAGED,
                        name + " was deleted or replaced by another object while it was read; read it again",
                        e);
            }
            if (status >= 400 && status < 500 && status != 408 && status != 429) {
                throw GcsFailures.of("read " + name, e);
            }
            throw e instanceof IOException io ? io : new IOException(e);
        }
    }
}
