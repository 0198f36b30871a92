package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.RangeBody;
import dev.mainstay.node.objectstore.stream.RangeSource;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;

/** One object's bytes; which one is known by the tag of the first answer. */
final class S3Ranges implements RangeSource {

    private final S3Client client;
    private final S3Place place;
    private final String key;
    private @Nullable String tag;

    S3Ranges(S3Client client, S3Place place, String key) {
        this.client = client;
        this.place = place;
        this.key = key;
    }

    @Override
    public RangeBody open(long offset) throws ObjectStoreException {
        GetObjectRequest.Builder request = GetObjectRequest.builder()
                .bucket(place.bucket())
                .key(place.full(key))
                .ifMatch(tag);
        if (offset > 0) {
            request.range("bytes=" + offset + "-");
        }
        try {
            ResponseInputStream<GetObjectResponse> stream = client.getObject(request.build());
            GetObjectResponse answer = stream.response();
            if (offset > 0 && answer.contentRange() == null) {
                stream.abort();
                throw new ObjectStoreException(
                        Kind.OTHER, "the store sent all of " + place.url(key) + " where a part was asked for");
            }
            tag = answer.eTag();
            return new RangeBody(stream, offset + answer.contentLength(), stream::abort);
        } catch (SdkException e) {
            if (S3Failures.status(e) == 416) {
                return end(offset);
            }
            if (S3Failures.isPrecondition(e)) {
                throw new ObjectStoreException(
                        Kind.DAMAGED,
                        place.url(key) + " was replaced by another object while it was read; read it again",
                        e);
            }
            throw S3Failures.of("read " + place.url(key), e);
        }
    }

    /** The answer for no bytes, for which HTTP has no range. */
    private RangeBody end(long offset) throws ObjectStoreException {
        try {
            HeadObjectResponse head = client.headObject(request ->
                    request.bucket(place.bucket()).key(place.full(key)).ifMatch(tag));
            if (head.contentLength() == offset) {
                return new RangeBody(InputStream.nullInputStream(), offset, () -> {});
            }
            throw new ObjectStoreException(
                    Kind.DAMAGED,
                    place.url(key) + " has " + head.contentLength() + " bytes, and should have at least " + offset);
        } catch (SdkException e) {
            throw S3Failures.of("read " + place.url(key), e);
        }
    }
}
