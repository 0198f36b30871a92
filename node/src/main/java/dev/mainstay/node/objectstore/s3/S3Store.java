package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectInfo;
import dev.mainstay.node.objectstore.ObjectKeys;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import dev.mainstay.node.objectstore.StoreSettings;
import dev.mainstay.node.objectstore.stream.Backoff;
import dev.mainstay.node.objectstore.stream.PartedUpload;
import dev.mainstay.node.objectstore.stream.RangedStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Objects in a bucket of S3, or of a store that speaks its protocol, below a prefix. */
public final class S3Store implements ObjectStore {

    /** How often a write that another one disturbs is begun again. */
    private static final int CONFLICT_ATTEMPTS = 5;

    private final S3Client client;
    private final S3Place place;
    private final S3Kept kept;
    private final Backoff backoff;
    private volatile boolean bucketSeen;

    private S3Store(S3Client client, S3Place place, S3Kept kept, Backoff backoff) {
        this.client = client;
        this.place = place;
        this.kept = kept;
        this.backoff = backoff;
    }

    /**
     * Opens it; asks nothing of the store yet.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if the settings aren't right
     */
    public static S3Store open(StoreSettings settings) throws ObjectStoreException {
        return open(settings, Backoff.STANDARD);
    }

    /** As {@link #open(StoreSettings)}, with patience of another measure. */
    static S3Store open(StoreSettings settings, Backoff backoff) throws ObjectStoreException {
        S3Place place = new S3Place(settings.bucket(), settings.prefix());
        try {
            return new S3Store(S3Clients.of(settings, backoff), place, S3Kept.of(settings), backoff);
        } catch (SdkException e) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING, "can't use " + settings.place() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<ObjectInfo> find(String key) throws ObjectStoreException {
        String full = place.full(key);
        try {
            HeadObjectResponse head =
                    client.headObject(request -> request.bucket(place.bucket()).key(full));
            return Optional.of(new ObjectInfo(key, head.contentLength(), modified(head.lastModified())));
        } catch (SdkException e) {
            if (S3Failures.status(e) == 404) {
                checkBucket();
                return Optional.empty();
            }
            throw S3Failures.of("look at " + place.url(key), e);
        }
    }

    /** An answer without a body doesn't tell a missing bucket from a missing object. */
    private void checkBucket() throws ObjectStoreException {
        if (bucketSeen) {
            return;
        }
        try {
            client.headBucket(request -> request.bucket(place.bucket()));
        } catch (SdkException e) {
            if (S3Failures.status(e) == 404) {
                throw new ObjectStoreException(
                        Kind.BAD_SETTING, "there is no bucket " + place.bucket() + "; make it, or name another", e);
            }
            if (S3Failures.status(e) != 403) {
                throw S3Failures.of("look at the bucket " + place.bucket(), e);
            }
        }
        bucketSeen = true;
    }

    @Override
    public InputStream read(String key, long offset) throws ObjectStoreException {
        ObjectKeys.check(key);
        return RangedStream.open(place.url(key), new S3Ranges(client, place, key), backoff, offset);
    }

    @Override
    public ObjectUpload upload(String key) throws ObjectStoreException {
        ObjectKeys.check(key);
        return new PartedUpload(place.url(key), new S3Parts(client, place, kept, key));
    }

    /**
     * Looks first and then writes under the condition that there is none ({@code If-None-Match}). A store that doesn't know conditions
     * says so, and is then written to without; of two that try this at the same time with such a store, the first may believe that it
     * succeeded, as may the second.
     */
    @Override
    public boolean create(String key, byte[] content) throws ObjectStoreException {
        if (find(key).isPresent()) {
            return false;
        }
        WriteMark mark = WriteMark.random();
        for (int attempt = 1; ; attempt++) {
            try {
                client.putObject(
                        request(key, content, mark.metadata()).ifNoneMatch("*").build(),
                        RequestBody.fromBytes(content));
                return true;
            } catch (SdkException e) {
                if (S3Failures.isPrecondition(e)) {
                    return mark.isOn(client, place, key); // ours, if its answer was lost
                }
                if (S3Failures.isUnknownToStore(e)) {
                    write(key, content, mark);
                    return mark.isOn(client, place, key);
                }
                if (!S3Failures.isConflict(e) || attempt == CONFLICT_ATTEMPTS) {
                    throw S3Failures.of("write " + place.url(key), e);
                }
            }
        }
    }

    @Override
    public void write(String key, byte[] content) throws ObjectStoreException {
        write(key, content, null);
    }

    private void write(String key, byte[] content, @Nullable WriteMark mark) throws ObjectStoreException {
        try {
            client.putObject(
                    request(key, content, mark == null ? Map.of() : mark.metadata())
                            .build(),
                    RequestBody.fromBytes(content));
        } catch (SdkException e) {
            throw S3Failures.of("write " + place.url(key), e);
        }
    }

    private PutObjectRequest.Builder request(String key, byte[] content, Map<String, String> metadata) {
        return kept.apply(PutObjectRequest.builder())
                .bucket(place.bucket())
                .key(place.full(key))
                .metadata(metadata)
                .contentMD5(Base64.getEncoder().encodeToString(S3Parts.md5().digest(content)));
    }

    @Override
    public void list(String prefix, Consumer<ObjectInfo> each) throws ObjectStoreException {
        ObjectKeys.checkPrefix(prefix);
        try {
            for (S3Object object : client.listObjectsV2Paginator(
                            request -> request.bucket(place.bucket()).prefix(place.prefix() + prefix))
                    .contents()) {
                String key = place.key(object.key());
                if (ObjectKeys.isKey(key)) {
                    each.accept(new ObjectInfo(key, object.size(), modified(object.lastModified())));
                }
            }
        } catch (SdkException e) {
            throw S3Failures.of("list " + place.url(prefix), e);
        }
    }

    @Override
    public void delete(Collection<String> keys) throws ObjectStoreException {
        keys.forEach(ObjectKeys::check);
        new S3Deletion(client, place, backoff).delete(List.copyOf(keys));
    }

    @Override
    public void abandonUploads(String prefix, Duration olderThan) throws ObjectStoreException {
        ObjectKeys.checkPrefix(prefix);
        Instant before = Instant.now().minus(olderThan);
        try {
            for (MultipartUpload upload : client.listMultipartUploadsPaginator(
                            request -> request.bucket(place.bucket()).prefix(place.prefix() + prefix))
                    .uploads()) {
                if (modified(upload.initiated()).isBefore(before)) {
                    abandon(upload);
                }
            }
        } catch (SdkException e) {
            if (S3Failures.isUnknownToStore(e)) {
                return; // a store that can't tell takes them away by itself, or never
            }
            throw S3Failures.of("take away unfinished uploads to " + place.url(prefix), e);
        }
    }

    private void abandon(MultipartUpload upload) {
        try {
            client.abortMultipartUpload(
                    request -> request.bucket(place.bucket()).key(upload.key()).uploadId(upload.uploadId()));
        } catch (SdkException e) {
            if (S3Failures.status(e) != 404) {
                throw e;
            }
        }
    }

    @Override
    public String place() {
        String url = place.url("");
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    @Override
    public void close() {
        client.close();
    }

    private static Instant modified(@Nullable Instant instant) {
        return instant == null ? Instant.EPOCH : instant;
    }
}
