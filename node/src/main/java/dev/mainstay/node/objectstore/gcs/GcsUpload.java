package dev.mainstay.node.objectstore.gcs;

import com.google.cloud.WriteChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageException;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * A resumable upload, with one chunk in memory. One that is given up is never visible, and is forgotten by the store after a week. The
 * store's checksum of the whole is compared at the end.
 */
final class GcsUpload extends ObjectUpload {

    private static final int CHUNK_BYTES = 8 * 1024 * 1024;

    private final Storage storage;
    private final BlobInfo info;
    private final String name;
    private final WriteChannel channel;
    private final CRC32C checksum = new CRC32C();
    private boolean ended;

    GcsUpload(Storage storage, BlobInfo info, String name) throws ObjectStoreException {
        this.storage = storage;
        this.info = info;
        this.name = name;
        try {
            this.channel = storage.writer(info);
            channel.setChunkSize(CHUNK_BYTES);
        } catch (StorageException e) {
            throw GcsFailures.of("write " + name, e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        checkOpen();
        ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
        try {
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        } catch (IOException | RuntimeException e) {
            ended = true;
            throw GcsFailures.of("write " + name, e);
        }
        checksum.update(bytes, offset, length);
    }

    @Override
    public void commit() throws IOException {
        checkOpen();
        ended = true;
        try {
            channel.close();
            Blob written = storage.get(info.getBlobId());
            if (written != null
                    && written.getCrc32c() != null
                    && !written.getCrc32c().equals(base64(checksum))) {
                storage.delete(BlobId.of(info.getBucket(), info.getName(), written.getGeneration()));
                throw new ObjectStoreException(
                        Kind.DAMAGED, name + " arrived damaged, or was replaced at once; it's deleted; write it again");
            }
        } catch (IOException | RuntimeException e) {
            throw GcsFailures.of("write " + name, e);
        }
    }

    @Override
    public void close() {
        ended = true; // nothing was visible, and nothing will be
    }

    private void checkOpen() throws ObjectStoreException {
        if (ended) {
            throw new ObjectStoreException(Kind.OTHER, name + " is written or given up already");
        }
    }

    /** As the store tells it: big-endian. */
    static String base64(CRC32C checksum) {
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array());
    }
}
