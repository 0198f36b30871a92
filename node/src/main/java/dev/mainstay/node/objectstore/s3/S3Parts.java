package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.stream.PartBuffer;
import dev.mainstay.node.objectstore.stream.PartSink;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** A multipart upload. Each part carries its MD5, which the store compares. */
final class S3Parts implements PartSink {

    private static final String TYPE = "application/octet-stream";

    private final S3Client client;
    private final S3Place place;
    private final S3Kept kept;
    private final String key;
    private final WriteMark mark = WriteMark.random();
    private final Map<Integer, String> tags = new ConcurrentHashMap<>();
    private String upload = "";

    S3Parts(S3Client client, S3Place place, S3Kept kept, String key) {
        this.client = client;
        this.place = place;
        this.kept = kept;
        this.key = key;
    }

    @Override
    public void whole(PartBuffer content) throws ObjectStoreException {
        PutObjectRequest request = kept.apply(PutObjectRequest.builder())
                .bucket(place.bucket())
                .key(place.full(key))
                .contentType(TYPE)
                .contentMD5(content.digest(md5()))
                .build();
        try {
            client.putObject(request, body(content));
        } catch (SdkException e) {
            throw S3Failures.of("write " + place.url(key), e);
        }
    }

    @Override
    public void begin() throws ObjectStoreException {
        CreateMultipartUploadRequest request = kept.apply(CreateMultipartUploadRequest.builder())
                .bucket(place.bucket())
                .key(place.full(key))
                .contentType(TYPE)
                .metadata(mark.metadata())
                .build();
        try {
            upload = client.createMultipartUpload(request).uploadId();
        } catch (SdkException e) {
            throw S3Failures.of("write " + place.url(key), e);
        }
    }

    @Override
    public void part(int number, PartBuffer content) throws ObjectStoreException {
        String digest = content.digest(md5());
        try {
            tags.put(
                    number,
                    client.uploadPart(
                                    request -> request.bucket(place.bucket())
                                            .key(place.full(key))
                                            .uploadId(upload)
                                            .partNumber(number)
                                            .contentMD5(digest),
                                    body(content))
                            .eTag());
        } catch (SdkException e) {
            throw S3Failures.of("write part " + number + " of " + place.url(key), e);
        }
    }

    @Override
    public void complete(int parts) throws ObjectStoreException {
        List<CompletedPart> list = new ArrayList<>();
        for (int number = 1; number <= parts; number++) {
            list.add(CompletedPart.builder()
                    .partNumber(number)
                    .eTag(tags.get(number))
                    .build());
        }
        try {
            client.completeMultipartUpload(request -> request.bucket(place.bucket())
                    .key(place.full(key))
                    .uploadId(upload)
                    .multipartUpload(all -> all.parts(list)));
        } catch (SdkException e) {
            // If an answer got lost, the next attempt finds no upload any more, but its object.
            if (!mark.isOn(client, place, key)) {
                throw S3Failures.of("complete " + place.url(key), e);
            }
        }
    }

    @Override
    public void abandon() throws ObjectStoreException {
        try {
            client.abortMultipartUpload(request ->
                    request.bucket(place.bucket()).key(place.full(key)).uploadId(upload));
        } catch (SdkException e) {
            if (S3Failures.status(e) != 404) {
                throw S3Failures.of("take away the parts of " + place.url(key), e);
            }
        }
    }

    private static RequestBody body(PartBuffer content) {
        return RequestBody.fromContentProvider(content::stream, content.length(), TYPE);
    }

    static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("S3 wants MD5 to find damage on the way, and this Java has none", e);
        }
    }
}
