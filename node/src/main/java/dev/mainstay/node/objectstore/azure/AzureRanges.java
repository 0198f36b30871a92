package dev.mainstay.node.objectstore.azure;

import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.models.BlobProperties;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.RangeBody;
import dev.mainstay.node.objectstore.stream.RangeSource;
import java.io.InputStream;

/** One object's bytes; which object is known by its tag. */
final class AzureRanges implements RangeSource {

    private final BlobClient client;
    private final String tag;
    private final long size;
    private final String name;

    AzureRanges(BlobClient client, String name) throws ObjectStoreException {
        this.client = client;
        this.name = name;
        try {
            BlobProperties properties = client.getProperties();
            this.tag = properties.getETag();
            this.size = properties.getBlobSize();
        } catch (RuntimeException e) {
            throw AzureFailures.of("read " + name, e);
        }
    }

    @Override
    public RangeBody open(long offset) throws ObjectStoreException {
        if (offset > size) {
            throw new ObjectStoreException(
                    Kind.DAMAGED, name + " has " + size + " bytes, and should have at least " + offset);
        }
        if (offset == size) {
            return new RangeBody(InputStream.nullInputStream(), size, () -> {});
        }
        AzureBody body = new AzureBody(client, tag, offset, name);
        return new RangeBody(body, size, body);
    }
}
