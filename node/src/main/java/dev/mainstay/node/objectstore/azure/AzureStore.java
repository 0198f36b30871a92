package dev.mainstay.node.objectstore.azure;

import com.azure.core.http.rest.PagedResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectKeys;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.stream.Deletions;
import dev.mainstay.node.objectstore.stream.PartedUpload;
import dev.mainstay.node.objectstore.stream.RangedStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** Objects as block blobs in a container of Azure Blob Storage, below a prefix. */
public final class AzureStore implements ObjectStore {

    /** Metadata that tells one write from another, for who lost the answer; such names are identifiers. */
    private static final String MARK = "mainstaywrite";

    private static final int PAGE = 1000;

    private final BlobContainerClient container;
    private final String prefix;
    private final String url;
    private final Backoff backoff;

    private AzureStore(BlobContainerClient container, StoreSettings settings, Backoff backoff)
            throws ObjectStoreException {
        this.container = container;
        this.prefix = settings.prefix();
        this.url = "azblob://" + settings.bucket() + "/" + prefix;
        this.backoff = backoff;
    }

    /**
     * Opens it; asks nothing of the store yet.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if the settings aren't right
     */
    public static AzureStore open(StoreSettings settings) throws ObjectStoreException {
        return open(settings, Backoff.STANDARD);
    }

    /** As {@link #open(StoreSettings)}, with patience of another measure. */
    static AzureStore open(StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        return new AzureStore(AzureClients.of(settings, backoff), settings, backoff);
    }

    @Override
    public Optional<ObjectInfo> find(String key) throws ObjectStoreException {
        return properties(key)
                .map(properties -> new ObjectInfo(
                        key,
                        properties.getBlobSize(),
                        properties.getLastModified().toInstant()));
    }

    private Optional<BlobProperties> properties(String key) throws ObjectStoreException {
        BlobClient client = client(key);
        try {
            return Optional.of(client.getProperties());
        } catch (RuntimeException e) {
            if (isMissing(e)) {
                return Optional.empty();
            }
            throw AzureFailures.of("look at " + url + key, e);
        }
    }

    @Override
    public InputStream read(String key, long offset) throws ObjectStoreException {
        return RangedStream.open(url + key, new AzureRanges(client(key), url + key), backoff, offset);
    }

    @Override
    public ObjectUpload upload(String key) throws ObjectStoreException {
        return new PartedUpload(url + key, new AzureParts(client(key).getBlockBlobClient(), url + key));
    }

    @Override
    public boolean create(String key, byte[] content) throws ObjectStoreException {
        BlockBlobClient client = client(key).getBlockBlobClient();
        String mark = UUID.randomUUID().toString();
        try {
            client.uploadWithResponse(
                    small(content)
                            .setMetadata(Map.of(MARK, mark))
                            .setRequestConditions(new BlobRequestConditions().setIfNoneMatch("*")),
                    null,
                    Context.NONE);
            return true;
        } catch (RuntimeException e) {
            if (AzureFailures.status(e) == 412 || AzureFailures.code(e).equals("BlobAlreadyExists")) {
                // Ours, if its answer was lost and it was sent again.
                return properties(key)
                        .map(properties -> mark.equals(properties.getMetadata().get(MARK)))
                        .orElse(false);
            }
            throw AzureFailures.of("write " + url + key, e);
        }
    }

    @Override
    public void write(String key, byte[] content) throws ObjectStoreException {
        BlockBlobClient client = client(key).getBlockBlobClient();
        try {
            client.uploadWithResponse(small(content), null, Context.NONE);
        } catch (RuntimeException e) {
            throw AzureFailures.of("write " + url + key, e);
        }
    }

    private static BlockBlobSimpleUploadOptions small(byte[] content) {
        return new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(content))
                .setContentMd5(AzureParts.md5().digest(content));
    }

    @Override
    public void list(String beginning, Consumer<ObjectInfo> each) throws ObjectStoreException {
        ObjectKeys.checkPrefix(beginning);
        Iterator<PagedResponse<BlobItem>> pages = pages(prefix + beginning);
        for (List<BlobItem> page = next(pages); !page.isEmpty(); page = next(pages)) {
            for (BlobItem item : page) {
                String key = item.getName().substring(prefix.length());
                if (ObjectKeys.isKey(key)) {
                    each.accept(new ObjectInfo(
                            key,
                            item.getProperties().getContentLength(),
                            item.getProperties().getLastModified().toInstant()));
                }
            }
        }
    }

    private Iterator<PagedResponse<BlobItem>> pages(String beginning) throws ObjectStoreException {
        try {
            return container
                    .listBlobs(new ListBlobsOptions().setPrefix(beginning).setMaxResultsPerPage(PAGE), null)
                    .iterableByPage()
                    .iterator();
        } catch (RuntimeException e) {
            throw AzureFailures.of("list " + url, e);
        }
    }

    /** The next page with something on it, else an empty one. */
    private List<BlobItem> next(Iterator<PagedResponse<BlobItem>> pages) throws ObjectStoreException {
        try {
            while (pages.hasNext()) {
                List<BlobItem> page = pages.next().getValue();
                if (!page.isEmpty()) {
                    return page;
                }
            }
            return List.of();
        } catch (RuntimeException e) {
            throw AzureFailures.of("list " + url, e);
        }
    }

    @Override
    public void delete(Collection<String> keys) throws ObjectStoreException {
        keys.forEach(ObjectKeys::check);
        try {
            Deletions.run(keys, this::deleteOne);
        } catch (ObjectStoreException e) {
            throw e;
        } catch (IOException e) {
            throw new ObjectStoreException(Kind.OTHER, "interrupted while deleting below " + url, e);
        }
    }

    private void deleteOne(String key) throws ObjectStoreException {
        try {
            client(key).delete();
        } catch (RuntimeException e) {
            if (!isMissing(e)) {
                throw AzureFailures.of("delete " + url + key, e);
            }
        }
    }

    /** The store forgets blocks that aren't committed after a week by itself, and knows no request for it. */
    @Override
    public void abandonUploads(String beginning, Duration olderThan) {
        ObjectKeys.checkPrefix(beginning);
    }

    @Override
    public String place() {
        return url.substring(0, url.length() - 1);
    }

    @Override
    public void close() {
        // Connections of Java's HTTP client go when nothing uses it any more.
    }

    /** A missing container isn't a missing object. */
    private static boolean isMissing(RuntimeException cause) {
        return AzureFailures.status(cause) == 404 && !AzureFailures.code(cause).startsWith("Container");
    }

    private BlobClient client(String key) {
        ObjectKeys.check(key);
        return container.getBlobClient(prefix + key);
    }
}
