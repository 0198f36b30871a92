package dev.mainstay.node.objectstore;

import java.io.IOException;
import java.io.InputStream;

/** A stream that is read many bytes at a time; one byte is many of which there is one. */
public abstract class BulkStream extends InputStream {

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public abstract int read(byte[] bytes, int offset, int length) throws IOException;
}
