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
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes no proper client sends. Each ends in a clear refusal, and the server answers the next client as ever. */
final class BadBytesE2E extends OnBothServers {
    private static final String PUT = "/etcdserverpb.KV/Put";

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
