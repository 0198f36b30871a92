package dev.mainstay.node.objectstore.sealed;

import dev.mainstay.node.objectstore.BulkStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;

/** Reads what a {@link DigestWriter} wrote, without the digest, and fails at the end if that is another one. */
final class DigestReader extends BulkStream {

    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final MessageDigest digest;
    private final int digestLength;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;
    private boolean ended;

    DigestReader(InputStream in, MessageDigest digest) {
        this.in = in;
        this.digest = digest;
        this.digestLength = digest.getDigestLength();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        while (!ended && end - start <= digestLength) {
            fill();
        }
        int count = Math.min(length, end - start - digestLength);
        if (count <= 0) {
            check();
            return -1;
        }
        System.arraycopy(buffer, start, bytes, offset, count);
        digest.update(bytes, offset, count);
        start += count;
        return count;
    }

    /** The last bytes that came are the digest as long as nothing comes after them. */
    private void fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        end -= start;
        start = 0;
        int count = in.read(buffer, end, buffer.length - end);
        if (count < 0) {
            ended = true;
        } else {
            end += count;
        }
    }

    private void check() throws IOException {
        if (end - start < digestLength) {
            throw new IOException("it ends too soon");
        }
        if (!MessageDigest.isEqual(copy().digest(), Arrays.copyOfRange(buffer, start, end))) {
            throw new IOException("its checksum is another one");
        }
    }

    /** The end may be asked for more than once. */
    private MessageDigest copy() throws IOException {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IOException("this Java's " + digest.getAlgorithm() + " can't be asked twice", e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
