package dev.mainstay.node.objectstore.sealed;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.objectstore.ObjectStore;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Puts plain bytes into objects and takes them out again. An object begins with a {@link SealedHeader}; its content is compressed,
 * then encrypted, or else followed by the SHA-256 of all before it and of the object's key. Whatever is changed, cut, added or put
 * under another key is found, against malice only if it's encrypted. What is read counts only when its end was reached: encrypted
 * bytes are checked before they're handed out, others at their end. Any thread may use it; a stream is for one.
 */
public final class ObjectCodec {

    /** The strongest compression, beyond which zstd takes more memory to read than {@link #MAX_WINDOW_LOG} allows. */
    public static final int MAX_LEVEL = 19;

    /** The memory that reading may take is two to the power of this, 8 MiB. */
    private static final int MAX_WINDOW_LOG = 23;

    private final int level;
    private final Optional<EncryptionKeys> keys;
    private final boolean plainToo;

    private ObjectCodec(int level, Optional<EncryptionKeys> keys, boolean plainToo) {
        if (level < 0 || level > MAX_LEVEL) {
            throw new IllegalArgumentException("compression is from 0 (none) to " + MAX_LEVEL + ", not " + level);
        }
        this.level = level;
        this.keys = keys;
        this.plainToo = plainToo;
    }

    /**
     * One that compresses new objects at this level and encrypts them if there are keys. With keys, it refuses objects that aren't
     * encrypted: somebody may have put them in the place of those that were.
     *
     * @param level of zstd, 1 to {@value #MAX_LEVEL}; 0 is no compression
     */
    public static ObjectCodec of(int level, Optional<EncryptionKeys> keys) {
        return new ObjectCodec(level, keys, keys.isEmpty());
    }

    /** As this one, but takes objects that aren't encrypted, too. */
    public ObjectCodec acceptingPlain() {
        return new ObjectCodec(level, keys, true);
    }

    /** The id of the key for new objects, empty if they aren't encrypted. */
    public Optional<String> keyId() {
        return keys.map(EncryptionKeys::currentId);
    }

    /** Writes an object; committing it commits the store's. */
    public ObjectUpload upload(ObjectStore store, String key) throws IOException {
        ObjectUpload upload = store.upload(key);
        try {
            return new SealedUpload(this, key, upload);
        } catch (IOException | RuntimeException e) {
            upload.close();
            throw e;
        }
    }

    /** Reads an object of at most this many plain bytes. */
    public InputStream read(ObjectStore store, String key, long limit) throws IOException {
        InputStream stored = store.read(key);
        try {
            return decode(key, stored, limit);
        } catch (IOException | RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    /** As {@link ObjectStore#create}. */
    public boolean create(ObjectStore store, String key, byte[] content) throws IOException {
        return store.create(key, seal(key, content));
    }

    /** As {@link ObjectStore#write}. */
    public void write(ObjectStore store, String key, byte[] content) throws IOException {
        store.write(key, seal(key, content));
    }

    private byte[] seal(String key, byte[] content) throws IOException {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream(content.length + 256);
        try (OutputStream plain = encode(key, sealed)) {
            plain.write(content);
        }
        return sealed.toByteArray();
    }

    /** A stream for the plain bytes of the object with this key. Closing it writes the content's end and closes the other. */
    public OutputStream encode(String key, OutputStream out) throws IOException {
        SealedHeader header = keys.isPresent()
                ? ObjectCipher.header(key, level > 0, keys.get())
                : new SealedHeader(level > 0, "", Bytes.EMPTY);
        out.write(header.encode());
        OutputStream content = keys.isPresent()
                ? ObjectCipher.encrypt(key, header, keys.get(), out)
                : new DigestWriter(out, digest(key, header));
        return level > 0 ? new ZstdOutputStream(content, level) : content;
    }

    /**
     * The plain bytes of the object with this key. Closing closes the other.
     *
     * @param limit in bytes; an object that has more is refused as {@code DAMAGED}, so that little can't become much
     * @throws ObjectStoreException of kind {@code DAMAGED} if it isn't what was written, {@code BAD_SETTING} if the key isn't known
     */
    public InputStream decode(String key, InputStream in, long limit) throws IOException {
        InputStream stored = new StoredStream(key, in);
        SealedHeader header = SealedHeader.read(key, stored);
        if (!header.encrypted() && !plainToo) {
            throw new ObjectStoreException(
                    Kind.DAMAGED,
                    key
                            + " isn't encrypted, though there are keys: somebody may have put it there; if it was written without, read it"
                            + " without --encryption-key-file");
        }
        if (header.encrypted() && keys.isEmpty()) {
            throw new ObjectStoreException(
                    Kind.BAD_SETTING,
                    key + " is encrypted with key '" + header.keyId() + "'; give its file with --encryption-key-file");
        }
        try {
            InputStream content = header.encrypted()
                    ? ObjectCipher.decrypt(key, header, keys.orElseThrow(), stored)
                    : new DigestReader(stored, digest(key, header));
            InputStream plain = header.compressed()
                    ? new WholeStream(new ZstdInputStream(content).setLongMax(MAX_WINDOW_LOG), content)
                    : content;
            return new OpenedStream(key, plain, limit);
        } catch (IOException e) {
            throw OpenedStream.damaged(key, e);
        }
    }

    /** What an object's front says, from its first bytes. */
    public static SealedHeader header(String key, byte[] front) throws IOException {
        return SealedHeader.read(key, new ByteArrayInputStream(front));
    }

    private static MessageDigest digest(String key, SealedHeader header) {
        MessageDigest digest = Sha256.start();
        digest.update(header.encode());
        digest.update(key.getBytes(StandardCharsets.US_ASCII));
        return digest;
    }
}
