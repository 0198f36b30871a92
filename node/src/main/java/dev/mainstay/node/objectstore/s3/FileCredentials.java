package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.StoreOption;
import dev.mainstay.node.objectstore.StoreSettings;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Credentials in files, read for each request, so that files that are replaced count from then on. */
final class FileCredentials implements AwsCredentialsProvider {

    private final StoreSettings settings;

    private FileCredentials(StoreSettings settings) {
        this.settings = settings;
    }

    /** With files that can be read now. */
    static FileCredentials of(StoreSettings settings) throws ObjectStoreException {
        FileCredentials credentials = new FileCredentials(settings);
        credentials.read();
        return credentials;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return read();
        } catch (ObjectStoreException e) {
            throw SdkClientException.create(String.valueOf(e.getMessage()), e);
        }
    }

    private AwsCredentials read() throws ObjectStoreException {
        String id = settings.secret(StoreOption.ACCESS_KEY_FILE).orElseThrow();
        String key = settings.secret(StoreOption.SECRET_KEY_FILE).orElseThrow();
        Optional<String> token = settings.secret(StoreOption.SESSION_TOKEN_FILE);
        return token.isPresent()
                ? AwsSessionCredentials.create(id, key, token.get())
                : AwsBasicCredentials.create(id, key);
    }
}
