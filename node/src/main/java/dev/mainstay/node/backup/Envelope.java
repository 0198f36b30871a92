package dev.mainstay.node.backup;

import dev.mainstay.node.backup.BackupException.Reason;
import dev.mainstay.node.common.Sha256;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.sealed.ObjectCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;

/**
 * The small objects of a repository: a line of JSON with the format and the SHA-256 of the rest, then the rest, which is JSON too; all
 * of it encoded as files are. So whatever is wrong with one shows before anything of it is used.
 */
final class Envelope {

    /** The format that this release writes, and the newest that it reads. */
    static final int FORMAT = 1;

    private static final int MAX_HEAD_BYTES = 1_024;

    /** Room for the manifest of some ten million files. */
    private static final long MAX_BYTES = 1L << 30;

    private Envelope() {}

    /** Encodes content that is to be written under a key. */
    static byte[] seal(String key, JsonObject content, ObjectCodec codec) throws IOException {
        byte[] body = content.toBuffer().getBytes();
        JsonObject head = new JsonObject()
                .put("format", FORMAT)
                .put("sha256", HexFormat.of().formatHex(Sha256.of(body)));
        ByteArrayOutputStream coded = new ByteArrayOutputStream();
        try (OutputStream out = codec.encode(key, coded)) {
            out.write((head.encode() + "\n").getBytes(StandardCharsets.UTF_8));
            out.write(body);
        }
        return coded.toByteArray();
    }

    /**
     * What was sealed.
     *
     * @param coded the object; closed by the caller
     * @param meaning makes of it what it is
     * @throws BackupException if it is anything else
     */
    static <T> T open(String key, InputStream coded, ObjectCodec codec, Function<JsonObject, T> meaning)
            throws IOException {
        byte[] whole;
        try (InputStream in = codec.decode(key, coded, MAX_BYTES)) {
            whole = in.readAllBytes();
        } catch (ObjectStoreException e) {
            throw BackupException.of(key, e);
        }
        int end = 0;
        while (end < whole.length && end < MAX_HEAD_BYTES && whole[end] != '\n') {
            end++;
        }
        if (end == whole.length || end == MAX_HEAD_BYTES) {
            throw damaged(key, "its first line is cut or too long");
        }
        byte[] body = Arrays.copyOfRange(whole, end + 1, whole.length);
        requireHead(key, new String(whole, 0, end, StandardCharsets.UTF_8), body);
        try {
            return meaning.apply(new JsonObject(Buffer.buffer(body)));
        } catch (RuntimeException e) {
            throw new BackupException(Reason.DAMAGED, key + " is damaged: " + e.getMessage(), e);
        }
    }

    private static void requireHead(String key, String line, byte[] body) throws BackupException {
        int format;
        String sha256;
        try {
            JsonObject head = new JsonObject(line);
            format = head.getInteger("format");
            sha256 = head.getString("sha256");
        } catch (RuntimeException e) {
            throw new BackupException(Reason.DAMAGED, key + " is damaged: its first line can't be read", e);
        }
        if (format > FORMAT) {
            throw new BackupException(
                    Reason.NEWER_FORMAT,
                    key + " has format " + format + "; this release reads up to " + FORMAT
                            + ". Use the release that wrote it, or a newer one.");
        }
        if (format < 1 || !HexFormat.of().formatHex(Sha256.of(body)).equals(sha256)) {
            throw damaged(key, "its SHA-256 is of something else");
        }
    }

    private static BackupException damaged(String key, String how) {
        return new BackupException(Reason.DAMAGED, key + " is damaged: " + how);
    }
}
