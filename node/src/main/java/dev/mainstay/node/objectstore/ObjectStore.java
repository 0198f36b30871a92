package dev.mainstay.node.objectstore;

import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Objects under keys, at one place. Calls block, and any thread may make them; each retries by itself what passes by itself, and
 * fails with an {@link ObjectStoreException} that says what to do. Keys are relative to the place and of the form that
 * {@link ObjectKeys} tells. An object is visible as a whole or not at all.
 */
public interface ObjectStore extends AutoCloseable {

    /** What is known of this object, empty if there is none. */
    Optional<ObjectInfo> find(String key) throws ObjectStoreException;

    /** The object's bytes from the first on. */
    default InputStream read(String key) throws ObjectStoreException {
        return read(key, 0);
    }

    /**
     * The object's bytes from this one on. All are of one object: a connection that breaks is made up for by further requests, and
     * if the object has been replaced meanwhile, the stream fails. The stream fails, too, rather than end early.
     *
     * @param offset 0 or more; at the object's end the stream is empty, beyond it this fails as {@code DAMAGED}
     * @throws ObjectStoreException of kind {@code MISSING} if there is no such object
     */
    InputStream read(String key, long offset) throws ObjectStoreException;

    /** Begins to write an object of any length, in memory that doesn't grow with it. Nothing is visible before its commit. */
    ObjectUpload upload(String key) throws ObjectStoreException;

    /**
     * Writes a small object if there is none under this key, at once and as a whole: of several that try, one succeeds.
     *
     * @return false if there is an object already
     */
    boolean create(String key, byte[] content) throws ObjectStoreException;

    /** Writes a small object, in the place of one that may be there. */
    void write(String key, byte[] content) throws ObjectStoreException;

    /** Shows each object whose key begins so, in the order of the keys' bytes, a bounded number of them in memory at once. */
    void list(String prefix, Consumer<ObjectInfo> each) throws ObjectStoreException;

    /** Deletes these objects. It's no error if some don't exist. On an error, some may be gone and some may remain. */
    void delete(Collection<String> keys) throws ObjectStoreException;

    /** Takes away what uploads have left that were begun longer ago than this, to keys that begin so, and never committed. */
    void abandonUploads(String prefix, Duration olderThan) throws ObjectStoreException;

    /** The place as people name it, such as {@code s3://bucket/prefix}; holds no secret. */
    String place();

    /** Lets go of connections and threads. Streams and uploads under way fail. */
    @Override
    void close();
}
