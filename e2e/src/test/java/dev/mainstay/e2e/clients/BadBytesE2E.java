package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.PutResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes no proper client sends. Each ends in a clear refusal, and the server answers the next client as ever. */
final class BadBytesE2E extends OnBothServers {
    private static final String PUT = "/etcdserverpb.KV/Put";
    private static final String RANGE = "/etcdserverpb.KV/Range";

    @AfterEach
    void serverIsHealthy() {
        assertThat(client().kv()
                        .withDeadlineAfter(5, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("healthy"))
                                .build())
                        .hasHeader())
                .isTrue();
        assertThat(server().isRunning()).isTrue();
    }

    @Test
    void httpGarbageIsAnsweredOrClosed() throws IOException {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.send("NONSENSE\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            RawHttp2.Answer answer = connection.readAll();
            assertThat(answer.closed()).isTrue();
            assertThat(answer.text()).matches("(?s)|HTTP/1\\.[01] [45]0.*");
        }
        byte[] noise = new byte[4096];
        new Random(1).nextBytes(noise);
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.send(noise);
            assertThat(connection.readAll().text()).matches("(?s)|HTTP/1\\.[01] [45]0.*");
        }
    }

    @Test
    void tlsHandshakeOnThePlainPortIsNotAnsweredInTls() throws IOException {
        byte[] clientHello =
                HexFormat.of().parseHex("160301002f0100002b0303" + "00".repeat(32) + "00000213010100000000");
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.send(clientHello);
            assertThat(connection.readAll().text()).matches("(?s)|HTTP/1\\.[01] [45]0.*");
        }
    }

    @Test
    void brokenHttp2IsAConnectionError() throws IOException {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            // A frame longer than anybody allowed.
            connection.send(RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[100_000]));
            assertThat(connection.readAll().closed()).isTrue();
        }
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.send(RawHttp2.frame(RawHttp2.SETTINGS, 0, 3, new byte[0]));
            assertThat(connection.readAll().closed()).isTrue();
        }
    }

    @Test
    void malformedProtobufIsAnErrorOfTheCall() {
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        client().channel(), rawPut(), CallOptions.DEFAULT, new byte[] {10, 100, 1, 2, 3}))
                .satisfies(failure -> assertThat(Status.fromThrowable(failure).getCode())
                        .isIn(Status.Code.INTERNAL, Status.Code.INVALID_ARGUMENT));
        assertThatThrownBy(() ->
                        ClientCalls.blockingUnaryCall(client().channel(), rawPut(), CallOptions.DEFAULT, new byte[] {
                            (byte) 255, (byte) 255, (byte) 255
                        }))
                .satisfies(failure -> assertThat(Status.fromThrowable(failure).getCode())
                        .isIn(Status.Code.INTERNAL, Status.Code.INVALID_ARGUMENT));
    }

    @Test
    void messageOverTheLimitIsRefusedByGrpc() {
        assertThatThrownBy(() -> client().kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("big"))
                                .setValue(ByteString.copyFrom(new byte[2_200_000]))
                                .build()))
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        assertThatThrownBy(() -> client().kv()
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("big"))
                                .setValue(ByteString.copyFrom(new byte[1_572_900]))
                                .build()))
                .hasMessageContaining("etcdserver: request is too large");
    }

    @Test
    void compressedFlagWithoutAnEncodingEndsTheCall() throws IOException {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.send(RawHttp2.grpcHeaders(1, PUT, ""));
            connection.send(RawHttp2.grpcMessage(1, 1, 3, new byte[] {10, 1, 'a'}));
            assertThat(connection.readAll().text()).isNotEmpty();
        }
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.send(RawHttp2.grpcHeaders(1, PUT, "nonsense"));
            connection.send(RawHttp2.grpcMessage(1, 1, 3, new byte[] {10, 1, 'a'}));
            assertThat(connection.awaitFrame(RawHttp2.HEADERS, 1)).isNotEqualTo("closed");
        }
    }

    @Test
    void lengthThatLiesEndsTheCallNotTheServer() throws IOException {
        for (int claimed : new int[] {Integer.MAX_VALUE, -1, 4}) {
            try (RawHttp2 connection = new RawHttp2(server().port())) {
                connection.open();
                connection.send(RawHttp2.grpcHeaders(1, PUT, ""));
                connection.send(RawHttp2.grpcMessage(1, 0, claimed, new byte[] {10, 1, 'a'}));
                assertThat(connection.readAll().text()).isNotEmpty();
            }
        }
    }

    @Test
    void floodOfResetStreamsIsBounded() throws IOException {
        long before = server().usage().residentBytes();
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            for (int stream = 1; stream < 40_000; stream += 2) {
                connection.send(RawHttp2.grpcHeaders(stream, PUT, ""));
                connection.send(RawHttp2.frame(RawHttp2.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
            }
        } catch (IOException closed) {
            assertThat(closed).hasMessageMatching("(?i).*(broken pipe|reset|abort|closed).*");
        }
        assertThat(server().usage().residentBytes() - before).isLessThan(256L << 20);
    }

    @Test
    void callsCancelledAtOnceLeaveTheirConnectionAlone() throws IOException {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            for (int stream = 1; stream < 400; stream += 2) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                all.writeBytes(RawHttp2.grpcHeaders(stream, RANGE, ""));
                all.writeBytes(RawHttp2.grpcMessage(stream, 0, 3, new byte[] {10, 1, 'a'}));
                all.writeBytes(RawHttp2.frame(RawHttp2.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
                connection.send(all.toByteArray());
            }
            connection.send(RawHttp2.grpcHeaders(401, RANGE, ""));
            connection.send(RawHttp2.grpcMessage(401, 0, 3, new byte[] {10, 1, 'a'}));
            assertThat(connection.awaitFrame(RawHttp2.DATA, 401)).isNotEqualTo("closed");
        }
    }

    @Test
    void streamsThatAreNeverEndedAreLetGo() throws IOException {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.send(RawHttp2.grpcHeaders(1, "/no.such/Method", ""));
            assertThat(connection.awaitFrame(RawHttp2.RST_STREAM, 1)).isEqualTo("\0\0\0\0");
        }
        long before = server().usage().residentBytes();
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.readInBackground();
            for (int stream = 1; stream < 10_000; stream += 2) {
                connection.send(RawHttp2.grpcHeaders(stream, "/no.such/Method", ""));
            }
            serverIsHealthy();
        } catch (SocketException closed) {
            assertThat(closed).hasMessageMatching("(?i).*(broken pipe|reset|abort|closed).*");
        }
        assertThat(server().usage().residentBytes() - before).isLessThan(256L << 20);
    }

    @Test
    void requestsThatAreNeverFinishedAreBounded() throws IOException {
        byte[] most = new byte[16_000];
        long before = server().usage().residentBytes();
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.readInBackground();
            for (int stream = 1; stream < 400; stream += 2) {
                connection.send(RawHttp2.grpcHeaders(stream, PUT, ""));
                connection.send(RawHttp2.frame(RawHttp2.DATA, 0, stream, new byte[] {0, 0, 0x1f, 0, 0}));
                for (int i = 0; i < 60; i++) {
                    connection.send(RawHttp2.frame(RawHttp2.DATA, 0, stream, most));
                }
            }
            serverIsHealthy();
        } catch (SocketException closed) {
            assertThat(closed).hasMessageMatching("(?i).*(broken pipe|reset|abort|closed).*");
        }
        if (product().boundsMemoryOfSlowClients()) {
            assertThat(server().usage().residentBytes() - before).isLessThan(300L << 20);
            assertThat(server().metric("mainstay_unfinished_requests_refused_total"))
                    .isPositive();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (server().metric("mainstay_unfinished_request_bytes") > 0) {
                assertThat(System.nanoTime()).as("given back").isLessThan(deadline);
            }
        }
    }

    static List<Flood> floods() {
        byte[] hundredHeaders = repeated(100, RawHttp2.header("a", "b".repeat(120)));
        return List.of(
                new Flood("settings", new byte[0], RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[0])),
                new Flood("priority", new byte[0], RawHttp2.frame(RawHttp2.PRIORITY, 0, 1, new byte[5])),
                new Flood(
                        "empty data",
                        RawHttp2.grpcHeaders(1, PUT, ""),
                        RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[0])),
                new Flood(
                        "empty continuation",
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.header(":method", "POST")),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0])),
                new Flood(
                        "endless headers",
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.header(":method", "POST")),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, hundredHeaders)),
                // One entry of the table, named by a byte each time: 100 bytes become 400 KB.
                new Flood(
                        "hpack bomb",
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 1, tableEntry()),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, repeated(100, new byte[] {(byte) 0xbe}))));
    }

    /** Frames that no proper client sends in such numbers: what comes first, and what comes again and again. */
    static final class Flood {
        private final String name;
        private final byte[] first;
        private final byte[] frame;

        Flood(String name, byte[] first, byte[] frame) {
            this.name = name;
            this.first = first;
            this.frame = frame;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("floods")
    void floodsOfFramesAreCutOffAndHurtNobodyElse(Flood flood) throws IOException {
        byte[] many = repeated(100, flood.frame);
        long before = server().usage().residentBytes();
        double cutBefore = product().cutsOffFloods() ? cutOffs() : 0;
        boolean closed = false;
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.readInBackground();
            connection.send(flood.first);
            for (int i = 0; i < 1000 && !connection.isEnded(); i++) {
                connection.send(many);
                if (i % 100 == 0) {
                    serverIsHealthy();
                }
            }
            closed = connection.isEnded();
        } catch (SocketException cut) {
            closed = true;
        }
        assertThat(server().usage().residentBytes() - before).isLessThan(128L << 20);
        if (product().cutsOffFloods()) {
            assertThat(closed).isTrue();
            assertThat(cutOffs()).isGreaterThan(cutBefore);
        }
    }

    @Test
    void messageThatUnpacksToMuchIsRefused() throws IOException {
        byte[] bomb = gzipped(64 << 20);
        long before = server().usage().residentBytes();
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            connection.open();
            connection.readInBackground();
            for (int stream = 1; stream < 40; stream += 2) {
                connection.send(RawHttp2.grpcHeaders(stream, PUT, "gzip"));
                byte[] message = RawHttp2.grpcMessage(stream, 1, bomb.length, bomb);
                for (int from = 9; from < message.length; from += 16_000) {
                    byte[] piece = Arrays.copyOfRange(message, from, Math.min(message.length, from + 16_000));
                    connection.send(RawHttp2.frame(
                            RawHttp2.DATA, from + 16_000 < message.length ? 0 : RawHttp2.END_STREAM, stream, piece));
                }
            }
            serverIsHealthy();
        }
        assertThat(server().usage().residentBytes() - before).isLessThan(128L << 20);
    }

    @Test
    void webSocketsAgreeToNoCompression() throws IOException {
        try (RawHttp2 connection = new RawHttp2(server().port())) {
            String upgrade = """
                    GET /v3/watch HTTP/1.1
                    Host: localhost
                    Connection: Upgrade
                    Upgrade: websocket
                    Sec-WebSocket-Version: 13
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
                    Sec-WebSocket-Extensions: permessage-deflate, x-webkit-deflate-frame

                    """;
            connection.send(upgrade.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(connection.readAll().text())
                    .startsWith("HTTP/1.1 101 ")
                    .doesNotContainIgnoringCase("sec-websocket-extensions");
        }
    }

    private static byte[] gzipped(int zeros) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
            packed.write(new byte[zeros]);
        }
        return bytes.toByteArray();
    }

    private static byte[] repeated(int times, byte[] bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    /** A header of 4000 bytes that goes into the table of both sides, as entry 62. */
    private static byte[] tableEntry() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(new byte[] {0x40, 1, 'a', 0x7f, (byte) 0x81, 0x1e});
        block.writeBytes("z".repeat(3968).getBytes(StandardCharsets.US_ASCII));
        return block.toByteArray();
    }

    private double cutOffs() {
        return server().metric("mainstay_client_connections_cut_total{reason=\"flood\"}")
                + server().metric("mainstay_client_connections_cut_total{reason=\"malformed\"}");
    }

    @Test
    void clientsThatVanishMidStreamLeaveNothing() throws IOException {
        for (int i = 0; i < 200; i++) {
            try (RawHttp2 connection = new RawHttp2(server().port())) {
                connection.open();
                connection.send(RawHttp2.grpcHeaders(1, "/etcdserverpb.Watch/Watch", ""));
            }
        }
    }

    /** A put whose request is sent as the very bytes given. */
    private static MethodDescriptor<byte[], PutResponse> rawPut() {
        return KVGrpc.getPutMethod().toBuilder(
                        new Verbatim(), KVGrpc.getPutMethod().getResponseMarshaller())
                .build();
    }

    /** Bytes as they are. */
    private static final class Verbatim implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("requests are only sent");
        }
    }
}
