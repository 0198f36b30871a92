package dev.mainstay.node.objectstore.azure;

import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.ConsistentReadControl;
import com.azure.storage.blob.options.BlobInputStreamOptions;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are asked for when they're read, a chunk to a request. Answers that say no are told as such; whatever else fails may be
 * tried again, which also makes up for the SDK: over Java's HTTP client its own retries of downloads end in an
 * {@link IllegalStateException} after an answer such as 503.
 */
final class AzureBody extends InputStream {

    private static final int CHUNK_BYTES = 4 * 1024 * 1024;

    private final BlobClient client;
    private final String tag;
    private final long offset;
    private final String name;
    private @Nullable InputStream in;

    AzureBody(BlobClient client, String tag, long offset, String name) {
        this.client = client;
        this.tag = tag;
        this.offset = offset;
        this.name = name;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
        try {
            if (in == null) {
                in = client.openInputStream(new BlobInputStreamOptions()
                        .setRange(new BlobRange(offset))
                        .setBlockSize(CHUNK_BYTES)
                        .setConsistentReadControl(ConsistentReadControl.ETAG)
                        .setRequestConditions(new BlobRequestConditions().setIfMatch(tag)));
            }
            return in.read(bytes, start, length);
        } catch (IOException | RuntimeException e) {
            int status = AzureFailures.status(e);
            if (status == 412) {
                throw new ObjectStoreException(
                        Kind.DAMAGED, name + " was replaced by another object while it was read; read it again", e);
            }
            if (status >= 400 && status < 500 && status != 429) {
                throw AzureFailures.of("read " + name, e);
            }
            throw e instanceof IOException io ? io : new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }
}
