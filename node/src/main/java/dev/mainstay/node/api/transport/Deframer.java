package dev.mainstay.node.api.transport;

import dev.mainstay.node.api.wire.Marshallers.RequestBytes;
import io.grpc.Decompressor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the body of a call into messages: each has a compression flag, a length of 4 bytes and that many bytes.
 *
 * <p>Holds at most one message and what came along with it. Belongs to the event loop of the call.
 */
final class Deframer {

    private static final int HEADER_BYTES = 5;
    private static final byte[] NOTHING = {};

    private final int maxMessageBytes;
    private final @Nullable Decompressor decompressor;
    private byte[] pending = NOTHING;
    private int from;
    private int to;

    /** @param decompressor for messages with the compression flag; {@code null} when the client announced none */
    Deframer(int maxMessageBytes, @Nullable Decompressor decompressor) {
        this.maxMessageBytes = maxMessageBytes;
        this.decompressor = decompressor;
    }

    /** Takes what has arrived. */
    void add(Buffer data) {
        int length = data.length();
        if (from == to) {
            pending = data.getBytes();
            from = 0;
            to = length;
            return;
        }
        if (pending.length - to < length) {
            makeRoom(length);
        }
        data.getBytes(pending, to);
        to += length;
    }

    /** Whether some bytes of a message have come, or all. */
    boolean isEmpty() {
        return from == to;
    }

    /** What of memory is held for messages that haven't been taken, in bytes. */
    int heldBytes() {
        return from == to ? 0 : pending.length;
    }

    /** Whether {@link #next} would answer something other than {@code null}. */
    boolean hasNext() {
        if (to - from < HEADER_BYTES) {
            return false;
        }
        int length = nextLength();
        return length < 0 || length > maxMessageBytes || to - from - HEADER_BYTES >= length;
    }

    /**
     * The next message, {@code null} while it is incomplete.
     *
     * @throws StatusRuntimeException for a message over the limit, or one that can't be decompressed
     */
    @Nullable
    InputStream next() {
        if (!hasNext()) {
            return null;
        }
        int length = nextLength();
        boolean compressed = pending[from] != 0;
        if (length < 0 || length > maxMessageBytes) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("grpc: received message larger than max (" + Integer.toUnsignedString(length)
                            + " vs. " + maxMessageBytes + ")")
                    .asRuntimeException();
        }
        int start = from + HEADER_BYTES;
        from = start + length;
        byte[] array = pending;
        if (from == to) {
            pending = NOTHING;
            from = 0;
            to = 0;
        }
        return compressed ? decompress(array, start, length) : new RequestBytes(array, start, length);
    }

    private int nextLength() {
        return (pending[from + 1] & 0xff) << 24
                | (pending[from + 2] & 0xff) << 16
                | (pending[from + 3] & 0xff) << 8
                | (pending[from + 4] & 0xff);
    }

    /** Grows to what the announced message needs, which is within the limit or will be refused anyway. */
    private void makeRoom(int more) {
        int held = to - from;
        int wanted = held + more;
        if (held >= HEADER_BYTES) {
            int length = nextLength();
            if (length > 0 && length <= maxMessageBytes) {
                wanted = Math.max(wanted, Math.min(HEADER_BYTES + length, 2 * wanted));
            }
        }
        byte[] larger = new byte[wanted];
        System.arraycopy(pending, from, larger, 0, held);
        pending = larger;
        from = 0;
        to = held;
    }

    private InputStream decompress(byte[] array, int start, int length) {
        if (decompressor == null) {
            throw Status.INTERNAL
                    .withDescription("grpc: compressed flag set with identity or empty encoding")
                    .asRuntimeException();
        }
        try (InputStream in = decompressor.decompress(new ByteArrayInputStream(array, start, length))) {
            byte[] message = in.readNBytes(maxMessageBytes + 1);
            if (message.length > maxMessageBytes) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription(
                                "grpc: received message after decompression larger than max " + maxMessageBytes)
                        .asRuntimeException();
            }
            return new RequestBytes(message, 0, message.length);
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("grpc: failed to decompress the received message: " + e.getMessage())
                    .asRuntimeException();
        }
    }
}
