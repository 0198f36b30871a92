package dev.mainstay.node.objectstore.sealed;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.objectstore.ObjectStoreException;
import dev.mainstay.node.objectstore.ObjectStoreException.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What stands before an object's content:
 *
 * <pre>
 * 4 bytes  "MSOB"
 * 1 byte   format, 1
 * 1 byte   compression: 0 none, 1 zstd
 * 1 byte   encryption: 0 none, 1 AES-256-GCM in segments
 * if encrypted:
 *   1 byte and as many   the id of the key that encrypts the object's key, ASCII
 *   1 byte and as many   the object's key, encrypted
 * </pre>
 *
 * @param keyId empty if not encrypted
 * @param wrappedKey empty if not encrypted
 */
public record SealedHeader(boolean compressed, String keyId, Bytes wrappedKey) {

    private static final byte[] MAGIC = "MSOB".getBytes(StandardCharsets.US_ASCII);

    private static final int FORMAT = 1;

    /** Whether it's encrypted. */
    public boolean encrypted() {
        return !keyId.isEmpty();
    }

    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        out.write(FORMAT);
        out.write(compressed ? 1 : 0);
        out.write(encrypted() ? 1 : 0);
        if (encrypted()) {
            byte[] id = keyId.getBytes(StandardCharsets.US_ASCII);
            out.write(id.length);
            out.writeBytes(id);
            out.write(wrappedKey.length());
            out.writeBytes(wrappedKey.array());
        }
        return out.toByteArray();
    }

    /** Reads it off an object's beginning. */
    static SealedHeader read(String key, InputStream in) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw damaged(key, "it doesn't begin as objects of Mainstay do");
        }
        int format = in.read();
        if (format > FORMAT) {
            throw new ObjectStoreException(
                    Kind.DAMAGED, key + " is of format " + format + "; a newer Mainstay, which knows it, is needed");
        }
        int compression = in.read();
        int encryption = in.read();
        if (format != FORMAT || compression < 0 || compression > 1 || encryption < 0 || encryption > 1) {
            throw damaged(key, "its header makes no sense");
        }
        if (encryption == 0) {
            return new SealedHeader(compression == 1, "", Bytes.EMPTY);
        }
        String keyId = new String(field(key, in), StandardCharsets.US_ASCII);
        byte[] wrapped = field(key, in);
        return new SealedHeader(compression == 1, keyId, Bytes.wrap(wrapped));
    }

    private static byte[] field(String key, InputStream in) throws IOException {
        int length = in.read();
        if (length <= 0) {
            throw damaged(key, "its header ends too soon");
        }
        byte[] field = in.readNBytes(length);
        if (field.length < length) {
            throw damaged(key, "its header ends too soon");
        }
        return field;
    }

    private static ObjectStoreException damaged(String key, String why) {
        return new ObjectStoreException(Kind.DAMAGED, key + " is damaged: " + why);
    }
}
