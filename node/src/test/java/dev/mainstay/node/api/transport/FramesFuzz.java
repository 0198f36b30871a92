package dev.mainstay.node.api.transport;

import io.grpc.Codec;
import io.grpc.StatusRuntimeException;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;

/** However a stream of bytes is cut, it is messages within the limit, or refused with a status. */
public final class FramesFuzz {

    private static final int MOST = 1 << 16;

    private FramesFuzz() {}

    /** One input of the fuzzer; its first byte says how it is cut and whether it may be compressed. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        int piece = 1 + (input[0] & 0x7f);
        Deframer deframer = new Deframer(MOST, input[0] < 0 ? new Codec.Gzip() : null);
        try {
            for (int from = 1; from < input.length; from += piece) {
                deframer.add(Buffer.buffer(Arrays.copyOfRange(input, from, Math.min(input.length, from + piece))));
                while (deframer.hasNext()) {
                    try (InputStream message = deframer.next()) {
                        if (message == null || message.readAllBytes().length > MOST) {
                            throw new AssertionError("a message that isn't there, or over the limit");
                        }
                    }
                }
            }
        } catch (StatusRuntimeException e) {
            return;
        }
    }

    /** Where the fuzzer begins. */
    public static List<byte[]> seeds() throws IOException {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (OutputStream gzip = new Codec.Gzip().compress(zipped)) {
            gzip.write(new byte[2 * MOST]);
        }
        return List.of(
                seed(3, 0, new byte[] {10, 1, 97}), seed(-1, 1, zipped.toByteArray()), seed(-100, 0, new byte[0]));
    }

    private static byte[] seed(int first, int flag, byte[] message) {
        byte[] seed = new byte[6 + message.length];
        seed[0] = (byte) first;
        seed[1] = (byte) flag;
        seed[4] = (byte) (message.length >> 8);
        seed[5] = (byte) message.length;
        System.arraycopy(message, 0, seed, 6, message.length);
        return seed;
    }
}
