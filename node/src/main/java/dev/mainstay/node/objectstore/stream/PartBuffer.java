package dev.mainstay.node.objectstore.stream;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A part of an object in memory, so that it can be sent again. Takes memory in pieces as it fills. One thread fills it, then others
 * read it.
 */
public final class PartBuffer {

    /** Below half of the smallest region of Java's garbage collector, so that it's ordinary memory to it. */
    private static final int PIECE_BYTES = 256 * 1024;

    private final long capacity;
    private final List<byte[]> pieces = new ArrayList<>();
    private long length;

    /** With room for this many bytes. */
    PartBuffer(long capacity) {
        this.capacity = capacity;
    }

    /** Takes as many of these bytes as there is room for, and says how many those are. */
    int take(byte[] bytes, int offset, int count) {
        int taken = (int) Math.min(count, capacity - length);
        int done = 0;
        while (done < taken) {
            int place = (int) (length % PIECE_BYTES);
            if (place == 0) {
                pieces.add(new byte[(int) Math.min(PIECE_BYTES, capacity - length)]);
            }
            byte[] piece = pieces.getLast();
            int step = Math.min(taken - done, piece.length - place);
            System.arraycopy(bytes, offset + done, piece, place, step);
            done += step;
            length += step;
        }
        return taken;
    }

    boolean isFull() {
        return length == capacity;
    }

    /** In bytes. */
    public long length() {
        return length;
    }

    /** Its bytes from the first on, each time anew. */
    public InputStream stream() {
        return new PiecesStream(buffers());
    }

    /** Its bytes in order, not to be changed. */
    public List<ByteBuffer> buffers() {
        List<ByteBuffer> buffers = new ArrayList<>();
        long rest = length;
        for (byte[] piece : pieces) {
            int used = (int) Math.min(rest, piece.length);
            buffers.add(ByteBuffer.wrap(piece, 0, used).asReadOnlyBuffer());
            rest -= used;
        }
        return buffers;
    }

    /** This digest of its bytes in base 64, as headers of HTTP have it. */
    public String digest(MessageDigest digest) {
        buffers().forEach(digest::update);
        return Base64.getEncoder().encodeToString(digest.digest());
    }
}
