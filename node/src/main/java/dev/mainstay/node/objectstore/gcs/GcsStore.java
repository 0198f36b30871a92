package dev.mainstay.node.objectstore.gcs;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.StorageClass;
import com.google.cloud.storage.StorageException;
import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectKeys;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.stream.Deletions;
import dev.mainstay.node.objectstore.stream.RangedStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Objects in a bucket of Google Cloud Storage, below a prefix. */
public final class GcsStore implements ObjectStore {

    private static final String TYPE = "application/octet-stream";

    /** Metadata that tells one write from another, for who lost the answer. */
    private static final String MARK = "mainstay-write";

    private static final int PAGE = 1000;

    private final Storage storage;
    private final String bucket;
    private final String prefix;
    private final Optional<StorageClass> storageClass;
    private final Backoff backoff;
    private volatile boolean bucketSeen;

    private GcsStore(Storage storage, StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        this.storage = storage;
        this.bucket = settings.bucket();
        this.prefix = settings.prefix();
        this.storageClass = settings.option(StoreOption.STORAGE_CLASS).map(StorageClass::valueOf);
        this.backoff = backoff;
    }

    /**
     * Opens it; asks nothing of the store yet.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} or {@code DENIED} if the settings aren't right
     */
    public static GcsStore open(StoreSettings settings) throws ObjectStoreException {
        return open(settings, Backoff.STANDARD);
    }

    /** As {@link #open(StoreSettings)}, with patience of another measure. */
    static GcsStore open(StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        return new GcsStore(GcsClients.of(settings, backoff), settings, backoff);
    }

    @Override
    public Optional<ObjectInfo> find(String key) throws ObjectStoreException {
        return get(key).map(blob -> info(key, blob));
    }

    private Optional<Blob> get(String key) throws ObjectStoreException {
        BlobId id = id(key);
        try {
            Blob blob = storage.get(
                    id,
                    BlobGetOption.fields(BlobField.SIZE, BlobField.UPDATED, BlobField.GENERATION, BlobField.METADATA));
            if (blob == null) {
                checkBucket();
            }
            return Optional.ofNullable(blob);
        } catch (StorageException e) {
            throw GcsFailures.of("look at " + url(key), e);
        }
    }

    /** An object that isn't there doesn't tell whether its bucket is; listing needs no right to look at buckets. */
    private void checkBucket() throws ObjectStoreException {
        if (bucketSeen) {
            return;
        }
        try {
            storage.list(bucket, BlobListOption.pageSize(1), BlobListOption.prefix(prefix))
                    .getValues();
        } catch (StorageException e) {
            if (e.getCode() == 404) {
                throw new ObjectStoreException(
                        Kind.BAD_SETTING, "there is no bucket " + bucket + "; make it, or name another", e);
            }
            if (e.getCode() != 403) {
                throw e;
            }
        }
        bucketSeen = true;
    }

    @Override
    public InputStream read(String key, long offset) throws ObjectStoreException {
        Blob blob = get(key).orElseThrow(() -> new ObjectStoreException(Kind.MISSING, "there is no " + url(key)));
        return RangedStream.open(url(key), new GcsRanges(storage, blob, url(key)), backoff, offset);
    }

    @Override
    public ObjectUpload upload(String key) throws ObjectStoreException {
        return new GcsUpload(storage, blob(key).build(), url(key));
    }

    @Override
    public boolean create(String key, byte[] content) throws ObjectStoreException {
        String mark = UUID.randomUUID().toString();
        BlobInfo info = small(key, content).setMetadata(Map.of(MARK, mark)).build();
        try {
            storage.create(info, content, BlobTargetOption.doesNotExist());
            return true;
        } catch (StorageException e) {
            if (e.getCode() == 412) {
                // Ours, if its answer was lost and it was sent again.
                return get(key).map(Blob::getMetadata)
                        .map(metadata -> mark.equals(metadata.get(MARK)))
                        .orElse(false);
            }
            throw GcsFailures.of("write " + url(key), e);
        }
    }

    @Override
    public void write(String key, byte[] content) throws ObjectStoreException {
        try {
            storage.create(small(key, content).build(), content);
        } catch (StorageException e) {
            throw GcsFailures.of("write " + url(key), e);
        }
    }

    @Override
    public void list(String beginning, Consumer<ObjectInfo> each) throws ObjectStoreException {
        ObjectKeys.checkPrefix(beginning);
        try {
            for (Blob blob : storage.list(
                            bucket,
                            BlobListOption.prefix(prefix + beginning),
                            BlobListOption.pageSize(PAGE),
                            BlobListOption.fields(BlobField.NAME, BlobField.SIZE, BlobField.UPDATED))
                    .iterateAll()) {
                String key = blob.getName().substring(prefix.length());
                if (ObjectKeys.isKey(key)) {
                    each.accept(info(key, blob));
                }
            }
        } catch (StorageException e) {
            throw GcsFailures.of("list " + url(beginning), e);
        }
    }

    @Override
    public void delete(Collection<String> keys) throws ObjectStoreException {
        keys.forEach(ObjectKeys::check);
        try {
            Deletions.run(keys, this::deleteOne);
        } catch (IOException e) {
            throw GcsFailures.of("delete below " + place(), e);
        }
    }

    private void deleteOne(String key) throws ObjectStoreException {
        try {
            boolean found = storage.delete(id(key));
            if (!found) {
                checkBucket();
            }
        } catch (StorageException e) {
            throw GcsFailures.of("delete " + url(key), e);
        }
    }

    /** The store forgets unfinished uploads after a week by itself, and shows them to nobody. */
    @Override
    public void abandonUploads(String beginning, Duration olderThan) {
        ObjectKeys.checkPrefix(beginning);
    }

    @Override
    public String place() {
        String url = "gs://" + bucket + "/" + prefix;
        return url.substring(0, url.length() - 1);
    }

    @Override
    public void close() {
        try {
            storage.close();
        } catch (Exception e) {
            throw new IllegalStateException("the client of " + place() + " can't be closed", e);
        }
    }

    private BlobInfo.Builder blob(String key) {
        BlobInfo.Builder builder = BlobInfo.newBuilder(id(key)).setContentType(TYPE);
        storageClass.ifPresent(builder::setStorageClass);
        return builder;
    }

    private BlobInfo.Builder small(String key, byte[] content) {
        CRC32C checksum = new CRC32C();
        checksum.update(content);
        return blob(key).setCrc32c(GcsUpload.base64(checksum));
    }

    private BlobId id(String key) {
        ObjectKeys.check(key);
        return BlobId.of(bucket, prefix + key);
    }

    private String url(String key) {
        return "gs://" + bucket + "/" + prefix + key;
    }

    private static ObjectInfo info(String key, Blob blob) {
        return new ObjectInfo(
                key,
                blob.getSize() == null ? 0 : blob.getSize(),
                blob.getUpdateTimeOffsetDateTime() == null
                        ? Instant.EPOCH
                        : blob.getUpdateTimeOffsetDateTime().toInstant());
    }
}
