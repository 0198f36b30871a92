package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** How the store is to keep new objects; null is as the bucket says. */
record S3Kept(
        @Nullable String encryption,
        @Nullable String kmsKey,
        @Nullable String storageClass) {

    private static final List<String> ENCRYPTIONS = List.of("AES256", "aws:kms", "aws:kms:dsse");

    static S3Kept of(StoreSettings settings) throws ObjectStoreException {
        Optional<String> encryption = settings.option(StoreOption.SSE);
        Optional<String> kmsKey = settings.option(StoreOption.KMS_KEY_ID);
        if (encryption.filter(name -> !ENCRYPTIONS.contains(name)).isPresent()) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING, "--sse " + encryption.get() + " isn't one of " + String.join(", ", ENCRYPTIONS));
        }
        if (kmsKey.isPresent()
                && encryption.filter(name -> name.startsWith("aws:kms")).isEmpty()) {
            throw new ObjectStoreException(Kind.BAD_SETTING, "--kms-key-id needs --sse aws:kms");
        }
        return new S3Kept(
                encryption.orElse(null),
                kmsKey.orElse(null),
                settings.option(StoreOption.STORAGE_CLASS).orElse(null));
    }

    PutObjectRequest.Builder apply(PutObjectRequest.Builder request) {
        return request.serverSideEncryption(encryption).ssekmsKeyId(kmsKey).storageClass(storageClass);
    }

    CreateMultipartUploadRequest.Builder apply(CreateMultipartUploadRequest.Builder request) {
        return request.serverSideEncryption(encryption).ssekmsKeyId(kmsKey).storageClass(storageClass);
    }
}
