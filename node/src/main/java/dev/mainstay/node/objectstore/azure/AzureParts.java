package dev.mainstay.node.objectstore.azure;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.options.BlockBlobStageBlockOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.stream.PartBuffer;
import dev.mainstay.node.objectstore.stream.PartSink;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A block blob whose blocks carry their MD5, which the store compares. Blocks that aren't committed are never visible, and the store
 * forgets them after a week.
 */
final class AzureParts implements PartSink {

    private static final int RANDOM_BYTES = 8;

    private final BlockBlobClient client;
    private final String name;
    private final byte[] upload = new byte[RANDOM_BYTES];

    AzureParts(BlockBlobClient client, String name) {
        this.client = client;
        this.name = name;
        new SecureRandom().nextBytes(upload);
    }

    @Override
    public void whole(PartBuffer content) throws ObjectStoreException {
        try {
            client.uploadWithResponse(
                    new BlockBlobSimpleUploadOptions(data(content)).setContentMd5(digest(content)), null, Context.NONE);
        } catch (RuntimeException e) {
            throw AzureFailures.of("write " + name, e);
        }
    }

    @Override
    public void begin() {
        // Blocks need no beginning.
    }

    @Override
    public void part(int number, PartBuffer content) throws ObjectStoreException {
        try {
            client.stageBlockWithResponse(
                    new BlockBlobStageBlockOptions(id(number), data(content)).setContentMd5(digest(content)),
                    null,
                    Context.NONE);
        } catch (RuntimeException e) {
            throw AzureFailures.of("write part " + number + " of " + name, e);
        }
    }

    @Override
    public void complete(int parts) throws ObjectStoreException {
        List<String> ids = IntStream.rangeClosed(1, parts).mapToObj(this::id).toList();
        try {
            client.commitBlockList(ids, true);
        } catch (RuntimeException e) {
            throw AzureFailures.of("complete " + name, e);
        }
    }

    @Override
    public void abandon() {
        // There's no request for it; the store forgets by itself.
    }

    /** Of one length with all others, as the store wants it, and other than those of other uploads to the same blob. */
    private String id(int number) {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(RANDOM_BYTES + Integer.BYTES)
                        .put(upload)
                        .putInt(number)
                        .array());
    }

    private static BinaryData data(PartBuffer content) {
        return BinaryData.fromListByteBuffer(content.buffers());
    }

    private static byte[] digest(PartBuffer content) {
        return Base64.getDecoder().decode(content.digest(md5()));
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Azure wants MD5 to find damage on the way, and this Java has none", e);
        }
    }
}
