package dev.mainstay.node.objectstore.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.RangeBody;
import dev.mainstay.node.objectstore.stream.RangeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;

/** One generation of an object. */
final class GcsRanges implements RangeSource {

    private static final int CHUNK_BYTES = 2 * 1024 * 1024;

    private final Storage storage;
    private final Blob blob;
    private final String name;

    GcsRanges(Storage storage, Blob blob, String name) {
        this.storage = storage;
        this.blob = blob;
        this.name = name;
    }

    @Override
    public RangeBody open(long offset) throws ObjectStoreException {
        long size = blob.getSize();
        if (offset > size) {
            throw new ObjectStoreException(
                    Kind.DAMAGED, name + " has " + size + " bytes, and should have at least " + offset);
        }
        if (offset == size) {
            return new RangeBody(InputStream.nullInputStream(), size, () -> {});
        }
        try {
            ReadChannel channel = storage.reader(blob.getBlobId());
            channel.setChunkSize(CHUNK_BYTES);
            channel.seek(offset);
            return new RangeBody(new GcsBody(Channels.newInputStream(channel), name), size, channel);
        } catch (IOException | StorageException e) {
            throw GcsFailures.of("read " + name, e);
        }
    }
}
