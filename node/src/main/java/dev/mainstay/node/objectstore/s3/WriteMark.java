package dev.mainstay.node.objectstore.s3;

import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Metadata that tells one write of an object from every other, so that who lost the answer can see whether it was this one that
 * succeeded.
 */
record WriteMark(String id) {

    private static final String NAME = "mainstay-write";

    static WriteMark random() {
        return new WriteMark(UUID.randomUUID().toString());
    }

    Map<String, String> metadata() {
        return Map.of(NAME, id);
    }

    /** Whether the object that is there now is of this write; false, too, if that can't be told. */
    boolean isOn(S3Client client, S3Place place, String key) {
        try {
            return id.equals(
                    client.headObject(request -> request.bucket(place.bucket()).key(place.full(key)))
                            .metadata()
                            .get(NAME));
        } catch (SdkException e) {
            return false;
        }
    }
}
