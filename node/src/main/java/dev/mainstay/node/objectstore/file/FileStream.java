package dev.mainstay.node.objectstore.file;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A file's bytes, with failures told as those of a store. */
final class FileStream extends FilterInputStream {

    private final Path file;

    FileStream(InputStream in, Path file) {
        super(in);
        this.file = file;
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw FileFailures.of("read " + file, e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return super.read(bytes, offset, length);
        } catch (IOException e) {
            throw FileFailures.of("read " + file, e);
        }
    }
}
