package dev.mainstay.node.objectstore.sealed;

import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keys that encrypt the keys of objects: all with which objects may have been encrypted, and the one for new objects. What is secret
 * isn't in their texts.
 */
public final class EncryptionKeys {

    /** In bytes. */
    static final int KEY_BYTES = 32;

    /** The longest id of a key, in characters. */
    static final int MAX_ID_LENGTH = 64;

    private static final int MAX_FILE_BYTES = 1024;

    private static final String ID_FORM = "[A-Za-z0-9._:-]{1," + MAX_ID_LENGTH + "}";

    private final String current;
    private final Map<String, byte[]> keys;

    private EncryptionKeys(String current, Map<String, byte[]> keys) {
        this.current = current;
        this.keys = keys;
    }

    /**
     * Reads keys as a command line names them.
     *
     * @param files one file, or several with commas between, each with its key's id and an equals sign before, or without: the id is
     *     then a fingerprint of the key, or {@code currentId} if there's but one. A file holds 32 bytes, or their base 64.
     * @param currentId the key for new objects; if absent, the first
     * @throws ObjectStoreException of kind {@code BAD_SETTING} if there are no such keys in these files
     */
    public static EncryptionKeys read(String files, Optional<String> currentId) throws ObjectStoreException {
        String[] parts = files.split(",", -1);
        Map<String, byte[]> keys = new LinkedHashMap<>();
        for (String part : parts) {
            int equals = part.indexOf('=');
            byte[] key = key(Path.of(part.substring(equals + 1)));
            String id = equals > 0
                    ? part.substring(0, equals)
                    : currentId.filter(_ -> parts.length == 1).orElseGet(() -> fingerprint(key));
            if (!id.matches(ID_FORM)) {
                throw bad("'" + id + "' can't be the id of an encryption key; up to " + MAX_ID_LENGTH
                        + " of A-Z a-z 0-9 . _ : - can");
            }
            if (keys.put(id, key) != null) {
                throw bad("two encryption keys are called " + id);
            }
        }
        String current = currentId.orElseGet(() -> keys.keySet().iterator().next());
        if (!keys.containsKey(current)) {
            throw bad("--encryption-key-id " + current + " is none of the keys in --encryption-key-file: "
                    + String.join(", ", keys.keySet()));
        }
        return new EncryptionKeys(current, keys);
    }

    /** The id of the key for new objects. */
    public String currentId() {
        return current;
    }

    /** The ids of all keys. */
    public Set<String> ids() {
        return new TreeSet<>(keys.keySet());
    }

    Optional<byte[]> find(String id) {
        return Optional.ofNullable(keys.get(id)).map(byte[]::clone);
    }

    @Override
    public String toString() {
        return "keys " + ids() + ", current " + current;
    }

    private static byte[] key(Path file) throws ObjectStoreException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_FILE_BYTES);
        } catch (IOException e) {
            throw new ObjectStoreException(Kind.BAD_SETTING, "can't read the encryption key in " + file, e);
        }
        if (content.length == KEY_BYTES) {
            return content;
        }
        try {
            byte[] decoded = Base64.getDecoder().decode(new String(content, StandardCharsets.ISO_8859_1).strip());
            if (decoded.length == KEY_BYTES) {
                return decoded;
            }
        } catch (IllegalArgumentException e) {
            throw new ObjectStoreException(Kind.BAD_SETTING, wrongForm(file), e);
        }
        throw bad(wrongForm(file));
    }

    private static String wrongForm(Path file) {
        return file + " holds no encryption key, which is " + KEY_BYTES
                + " random bytes or their base 64; make one with: openssl rand -base64 " + KEY_BYTES;
    }

    private static String fingerprint(byte[] key) {
        byte[] purpose = "id of an encryption key of Mainstay".getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(purpose, purpose.length + key.length);
        System.arraycopy(key, 0, both, purpose.length, key.length);
        return HexFormat.of().formatHex(Sha256.of(both), 0, 8);
    }

    private static ObjectStoreException bad(String message) {
        return new ObjectStoreException(Kind.BAD_SETTING, message);
    }
}
