package dev.mainstay.node.objectstore;

import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.azure.AzureStore;
import dev.mainstay.node.objectstore.file.DirectoryStore;
import dev.mainstay.node.objectstore.gcs.GcsStore;
import dev.mainstay.node.objectstore.s3.S3Store;

/** Opens stores of every kind. The only one here that knows the packages of the kinds. */
public final class ObjectStores {

    private ObjectStores() {}

    /**
     * Opens the store at this place. To be closed by the caller.
     *
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if it can't be made of these settings; whether they are accepted shows
     *     when it's used
     */
    public static ObjectStore open(StoreSettings settings) throws ObjectStoreException {
        try {
            return switch (settings.scheme()) {
                case "file" -> DirectoryStore.open(settings);
                case "s3" -> S3Store.open(settings);
                case "gs" -> GcsStore.open(settings);
                case "azblob" -> AzureStore.open(settings);
                default ->
                    throw new ObjectStoreException(
                            Kind.BAD_SETTING, "places that begin with " + settings.scheme() + ":// aren't known");
            };
        } catch (NoClassDefFoundError e) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING,
                    "the client for places that begin with " + settings.scheme()
                            + ":// isn't on the class path; a program that embeds members has to bring it",
                    e);
        }
    }
}
