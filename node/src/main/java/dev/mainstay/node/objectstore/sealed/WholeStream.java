package dev.mainstay.node.objectstore.sealed;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream that has ended only when what it's made of has, too; what is left over there is damage. */
final class WholeStream extends FilterInputStream {

    private final InputStream source;

    WholeStream(InputStream in, InputStream source) {
        super(in);
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        int read = in.read();
        return read < 0 ? end() : read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = in.read(bytes, offset, length);
        return read < 0 ? end() : read;
    }

    private int end() throws IOException {
        if (source.read() >= 0) {
            throw new IOException("there's something behind its end");
        }
        return -1;
    }
}
