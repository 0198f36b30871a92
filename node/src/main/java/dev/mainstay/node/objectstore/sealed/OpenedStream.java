package dev.mainstay.node.objectstore.sealed;

import com.github.luben.zstd.ZstdIOException;
import dev.mainstay.node.objectstore.BulkStream;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An object's plain bytes, up to as many as are expected. What fails once fails from then on. */
final class OpenedStream extends BulkStream {

    private final String name;
    private final InputStream in;
    private final long limit;
    private long count;
    private @Nullable ObjectStoreException failure;

    OpenedStream(String name, InputStream in, long limit) {
        this.name = name;
        this.in = in;
        this.limit = limit;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (failure != null) {
            throw new ObjectStoreException(failure.kind(), String.valueOf(failure.getMessage()), failure);
        }
        try {
            int read = in.read(bytes, offset, length);
            count += Math.max(0, read);
            if (count > limit) {
                throw new ObjectStoreException(Kind.DAMAGED, name + " holds more than the " + limit + " bytes it may");
            }
            return read;
        } catch (ObjectStoreException e) {
            failure = e;
            throw e;
        } catch (IOException e) {
            failure = damaged(name, e);
            throw failure;
        }
    }

    /** What is below tells failures of the store as such, so that anything else is about the bytes. */
    static ObjectStoreException damaged(String name, IOException cause) {
        if (cause instanceof ObjectStoreException known) {
            return known;
        }
        String why = cause instanceof ZstdIOException ? "zstd says " + cause.getMessage() : cause.getMessage();
        return new ObjectStoreException(Kind.DAMAGED, name + " is damaged: " + why, cause);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
