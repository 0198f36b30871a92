package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.stream.Backoff;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/** Deletes many objects by few requests, or one by one where the store knows no other way. */
final class S3Deletion {

    /** Objects to a request, by S3's rules. */
    private static final int BATCH = 1000;

    private final S3Client client;
    private final S3Place place;
    private final Backoff backoff;

    S3Deletion(S3Client client, S3Place place, Backoff backoff) {
        this.client = client;
        this.place = place;
        this.backoff = backoff;
    }

    void delete(List<String> keys) throws ObjectStoreException {
        for (int from = 0; from < keys.size(); from += BATCH) {
            List<String> batch = keys.subList(from, Math.min(from + BATCH, keys.size()));
            try {
                deleteBatch(batch);
            } catch (SdkException e) {
                if (!S3Failures.isUnknownToStore(e)) {
                    throw S3Failures.of("delete below " + place.url(""), e);
                }
                deleteEach(batch);
            } catch (ObjectStoreException e) {
                throw e;
            } catch (IOException e) {
                throw new ObjectStoreException(Kind.OTHER, "interrupted while deleting below " + place.url(""), e);
            }
        }
    }

    /** An answer as a whole is good even if the store couldn't delete some of the objects in it; those are tried again. */
    private void deleteBatch(List<String> keys) throws IOException {
        List<String> rest = keys.stream().map(place::full).toList();
        for (int attempt = 1; ; attempt++) {
            List<S3Error> errors = request(rest);
            List<String> again = new ArrayList<>();
            for (S3Error error : errors) {
                Kind kind = S3Failures.kind(String.valueOf(error.code()), 500);
                if (kind == Kind.MISSING) {
                    continue;
                }
                if ((kind != Kind.THROTTLED && kind != Kind.UNREACHABLE) || attempt == backoff.attempts()) {
                    throw new ObjectStoreException(
                            kind,
                            "can't delete " + errors.size() + " of " + rest.size() + " objects below " + place.url("")
                                    + ", such as " + error.key() + ": the store says " + error.code() + " ("
                                    + error.message() + ")");
                }
                again.add(error.key());
            }
            if (again.isEmpty()) {
                return;
            }
            rest = again;
            backoff.await(attempt);
        }
    }

    private List<S3Error> request(List<String> full) {
        List<ObjectIdentifier> objects = full.stream()
                .map(name -> ObjectIdentifier.builder().key(name).build())
                .toList();
        return client.deleteObjects(request -> request.bucket(place.bucket())
                        .delete(all -> all.objects(objects).quiet(true)))
                .errors();
    }

    private void deleteEach(List<String> keys) throws ObjectStoreException {
        for (String key : keys) {
            try {
                client.deleteObject(request -> request.bucket(place.bucket()).key(place.full(key)));
            } catch (SdkException e) {
                if (S3Failures.status(e) != 404) {
                    throw S3Failures.of("delete " + place.url(key), e);
                }
            }
        }
    }
}
