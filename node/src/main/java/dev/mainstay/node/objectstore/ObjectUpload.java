package dev.mainstay.node.objectstore;

import java.io.IOException;
import java.io.OutputStream;

/**
 * An object being written. For one thread. Closing without a commit leaves nothing visible, and takes what was sent away again as
 * far as it can be reached.
 */
public abstract class ObjectUpload extends OutputStream {

    /**
     * Makes the object visible as a whole, in the place of one that may be there. It's durable when this returns. Nothing can be
     * written afterwards.
     *
     * @throws ObjectStoreException if it isn't known to be visible; it's then either visible as a whole or not at all
     */
    public abstract void commit() throws IOException;

    @Override
    public final void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public abstract void write(byte[] bytes, int offset, int length) throws IOException;

    @Override
    public abstract void close() throws IOException;
}
