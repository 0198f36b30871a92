package dev.mainstay.node.objectstore.sealed;

import com.google.crypto.tink.subtle.AesGcmHkdfStreaming;
import com.google.crypto.tink.subtle.AesGcmJce;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Envelope encryption: each object has a random key of its own, which stands in its header, encrypted with one of the
 * {@link EncryptionKeys}. The content is AES-256-GCM in segments, with a counter and whether it's the last in each segment's nonce, so
 * that content that is cut, put in another order or mixed with another object's isn't taken: the construction STREAM (Hoang,
 * Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015), in the form of
 * Tink's AES-GCM-HKDF streaming AEAD. Header and object's name are associated data.
 */
final class ObjectCipher {

    /** What is decrypted at once, before any of it is handed out. */
    private static final int SEGMENT_BYTES = 256 * 1024;

    private static final String DERIVATION = "HmacSha256";

    private static final SecureRandom RANDOM = new SecureRandom();

    private ObjectCipher() {}

    /** A header with a new key in it. */
    static SealedHeader header(String name, boolean compressed, EncryptionKeys keys) throws ObjectStoreException {
        byte[] objectKey = new byte[EncryptionKeys.KEY_BYTES];
        RANDOM.nextBytes(objectKey);
        String id = keys.currentId();
        try {
            byte[] wrapped = new AesGcmJce(keys.find(id).orElseThrow()).encrypt(objectKey, nameOf(name, id));
            return new SealedHeader(compressed, id, Bytes.wrap(wrapped));
        } catch (GeneralSecurityException e) {
            throw new ObjectStoreException(Kind.OTHER, "can't encrypt " + name + ": " + e.getMessage(), e);
        }
    }

    /** Encrypts what is written; closing it writes the end, and closes the other. */
    static OutputStream encrypt(String name, SealedHeader header, EncryptionKeys keys, OutputStream out)
            throws IOException {
        try {
            return cipher(name, header, keys).newEncryptingStream(out, associated(name, header));
        } catch (GeneralSecurityException e) {
            throw new ObjectStoreException(Kind.OTHER, "can't encrypt " + name + ": " + e.getMessage(), e);
        }
    }

    /** Decrypts what is read. */
    static InputStream decrypt(String name, SealedHeader header, EncryptionKeys keys, InputStream in)
            throws IOException {
        try {
            return cipher(name, header, keys).newDecryptingStream(in, associated(name, header));
        } catch (GeneralSecurityException e) {
            throw new ObjectStoreException(
                    Kind.DAMAGED,
                    name + " can't be decrypted: its header is damaged, it was another object's, or key '"
                            + header.keyId() + "' isn't the one it was encrypted with",
                    e);
        }
    }

    private static AesGcmHkdfStreaming cipher(String name, SealedHeader header, EncryptionKeys keys)
            throws GeneralSecurityException, ObjectStoreException {
        byte[] key = keys.find(header.keyId())
                .orElseThrow(() -> new ObjectStoreException(
                        Kind.BAD_SETTING,
                        name + " is encrypted with key '" + header.keyId() + "', which isn't among those given ("
                                + String.join(", ", keys.ids()) + "); give its file with --encryption-key-file"));
        byte[] objectKey = new AesGcmJce(key).decrypt(header.wrappedKey().array(), nameOf(name, header.keyId()));
        if (objectKey.length != EncryptionKeys.KEY_BYTES) {
            throw new GeneralSecurityException("a key of " + objectKey.length + " bytes");
        }
        return new AesGcmHkdfStreaming(objectKey, DERIVATION, EncryptionKeys.KEY_BYTES, SEGMENT_BYTES, 0);
    }

    private static byte[] nameOf(String name, String keyId) {
        return (keyId + "\n" + name).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] associated(String name, SealedHeader header) {
        byte[] front = header.encode();
        byte[] object = name.getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(front, front.length + object.length);
        System.arraycopy(object, 0, both, front.length, object.length);
        return both;
    }
}
