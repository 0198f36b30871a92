package dev.mainstay.node.objectstore.sealed;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An object as it's stored, whose failures are the store's, not those of what stands in it. */
final class StoredStream extends FilterInputStream {

    private final String name;

    StoredStream(String name, InputStream in) {
        super(in);
        this.name = name;
    }

    @Override
    public int read() throws IOException {
        try {
            return in.read();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return in.read(bytes, offset, length);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private ObjectStoreException failed(IOException cause) {
        return cause instanceof ObjectStoreException known
                ? known
                : new ObjectStoreException(Kind.OTHER, "can't read " + name + ": " + cause.getMessage(), cause);
    }
}
