package dev.mainstay.node.api.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.node.testing.Seeds;
import io.grpc.Codec;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeframerTest {

    private static final int MAX = 1000;

    private final Deframer deframer = new Deframer(MAX, null);

    @Seeds(300)
    void messagesComeOutAsTheyWentInHoweverTheBytesAreCut(long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> sent = new ArrayList<>();
        Buffer stream = Buffer.buffer();
        for (int i = random.nextInt(12); i >= 0; i--) {
            byte[] message = new byte[random.nextBoolean() ? random.nextInt(8) : random.nextInt(MAX + 1)];
            random.nextBytes(message);
            sent.add(message);
            stream.appendBuffer(frame(0, message));
        }

        List<byte[]> received = new ArrayList<>();
        int from = 0;
        while (from < stream.length()) {
            int to = Math.min(stream.length(), from + 1 + random.nextInt(random.nextBoolean() ? 7 : 2 * MAX));
            deframer.add(stream.getBuffer(from, to));
            from = to;
            while (deframer.hasNext() && random.nextInt(4) > 0) {
                received.add(next());
            }
        }
        while (deframer.hasNext()) {
            received.add(next());
        }

        assertThat(received).usingRecursiveComparison().isEqualTo(sent);
        assertThat(deframer.isEmpty()).isTrue();
    }

    @Test
    void halfAMessageIsKept() {
        deframer.add(Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 7}));

        assertThat(deframer.next()).isNull();
        assertThat(deframer.isEmpty()).isFalse();
    }

    @Test
    void largeMessageIsRefusedBeforeItHasCome() {
        deframer.add(Buffer.buffer(new byte[] {0, 0, 0, 0x03, (byte) 0xe9}));

        assertThat(deframer.hasNext()).isTrue();
        assertThatThrownBy(deframer::next)
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage("RESOURCE_EXHAUSTED: grpc: received message larger than max (1001 vs. 1000)");
    }

    @Test
    void lengthIsUnsigned() {
        deframer.add(Buffer.buffer(new byte[] {0, -1, -1, -1, -1}));

        assertThatThrownBy(deframer::next).hasMessageContaining("4294967295 vs. 1000");
    }

    @Test
    void compressedMessageIsUnpackedUpToTheLimit() throws IOException {
        Deframer unpacking = new Deframer(MAX, new Codec.Gzip());
        unpacking.add(frame(1, gzip(new byte[MAX])));
        unpacking.add(frame(1, gzip(new byte[MAX + 1])));

        try (InputStream message = unpacking.next()) {
            assertThat(message).isNotNull().hasBinaryContent(new byte[MAX]);
        }
        assertThatThrownBy(unpacking::next)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
    }

    @Test
    void brokenCompressionIsTheClientsFault() {
        Deframer unpacking = new Deframer(MAX, new Codec.Gzip());
        unpacking.add(frame(1, new byte[] {1, 2, 3}));

        assertThatThrownBy(unpacking::next).hasMessageContaining("failed to decompress");
    }

    private byte[] next() throws IOException {
        try (InputStream message = deframer.next()) {
            assertThat(message).isNotNull();
            return message.readAllBytes();
        }
    }

    private static Buffer frame(int flag, byte[] message) {
        return Buffer.buffer().appendByte((byte) flag).appendInt(message.length).appendBytes(message);
    }

    private static byte[] gzip(byte[] message) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new Codec.Gzip().compress(packed)) {
            out.write(message);
        }
        return packed.toByteArray();
    }
}
