package dev.mainstay.node.backup;

import io.vertx.core.json.JsonObject;
import java.util.regex.Pattern;

/**
 * A file of the store in a repository.
 *
 * @param name in the store
 * @param bytes of the file
 * @param storedBytes of the object, as it was encoded
 * @param sha256 of the file, 64 hexadecimal digits
 * @param fingerprint that no file with other content has; empty if none is known
 * @param key of the object; never used for another content
 * @param keyId of the key that it is encrypted with; empty if it isn't
 * @param reused whether an earlier backup sent it
 */
public record StoredFile(
        String name,
        long bytes,
        long storedBytes,
        String sha256,
        String fingerprint,
        String key,
        String keyId,
        boolean reused) {

    /** What the engine calls its files, so that no manifest can have one written elsewhere. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    public StoredFile {
        if (!NAME.matcher(name).matches()
                || !DIGEST.matcher(sha256).matches()
                || !(fingerprint.isEmpty() || DIGEST.matcher(fingerprint).matches())
                || bytes < 0
                || storedBytes < 0
                || !key.startsWith(Repository.FILES)) {
            throw new IllegalArgumentException("no file of a backup: " + name);
        }
    }

    /** The same as part of a later backup, under the name it has there. */
    StoredFile reusedAs(String newName) {
        return new StoredFile(newName, bytes, storedBytes, sha256, fingerprint, key, keyId, true);
    }

    /** What a file with the same content has in common with it. */
    static String identity(String fingerprint, long bytes) {
        return fingerprint + ":" + bytes;
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("name", name)
                .put("bytes", bytes)
                .put("storedBytes", storedBytes)
                .put("sha256", sha256)
                .put("fingerprint", fingerprint)
                .put("key", key)
                .put("keyId", keyId)
                .put("reused", reused);
    }

    /** @throws RuntimeException if that is no file */
    static StoredFile fromJson(JsonObject json) {
        return new StoredFile(
                json.getString("name"),
                json.getLong("bytes"),
                json.getLong("storedBytes"),
                json.getString("sha256"),
                json.getString("fingerprint"),
                json.getString("key"),
                json.getString("keyId"),
                json.getBoolean("reused"));
    }
}
