package dev.mainstay.node.server;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Everyday calls to members in this process, as a client makes them. Every call returns when it is answered. */
final class RehearsalCalls {

    private static final int GRPC_PREFIX_BYTES = 5;

    private static final int KEYS = 100;
    private static final int CALL_SECONDS = 10;

    /** On a busy machine the scene is cut short rather than the build held up. */
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final HttpClient client;

    RehearsalCalls(Vertx vertx) {
        client = vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** Writes and reads a key per round, and does what is rarer now and then. */
    void everyday(int port, int rounds) {
        long end = System.nanoTime() + MOST_NANOS;
        for (int i = 0; i < rounds && System.nanoTime() < end; i++) {
            round(port, i);
        }
    }

    /** One round of {@link #everyday}. */
    void round(int port, int number) {
        byte[] key = ("rehearsal/" + number % KEYS).getBytes(StandardCharsets.UTF_8);
        byte[] value = ("value " + number).getBytes(StandardCharsets.UTF_8);
        call(port, "/etcdserverpb.KV/Put", field(1, key).appendBuffer(field(2, value)));
        call(port, "/etcdserverpb.KV/Range", field(1, key));
        if (number % 5 == 0) {
            call(port, "/etcdserverpb.KV/Txn", txn(key, value));
        }
        if (number % 50 == 0) {
            get(port, "/health");
            get(port, "/metrics");
            call(port, "/etcdserverpb.Lease/LeaseGrant", Buffer.buffer(new byte[] {0x08, 60}));
            call(port, "/etcdserverpb.Maintenance/Status", Buffer.buffer());
        }
    }

    /** If the key was never written, then put it, else read it: how Kubernetes creates. */
    private static Buffer txn(byte[] key, byte[] value) {
        Buffer notThere = Buffer.buffer(new byte[] {0x10, 2}).appendBuffer(field(3, key));
        Buffer put = field(2, field(1, key).appendBuffer(field(2, value)).getBytes());
        Buffer read = field(1, field(1, key).getBytes());
        return field(1, notThere.getBytes())
                .appendBuffer(field(2, put.getBytes()))
                .appendBuffer(field(3, read.getBytes()));
    }

    /** A protobuf field of less than 128 bytes. */
    private static Buffer field(int number, byte[] bytes) {
        return Buffer.buffer()
                .appendByte((byte) (number << 3 | 2))
                .appendByte((byte) bytes.length)
                .appendBytes(bytes);
    }

    private void call(int port, String method, Buffer message) {
        Buffer frame = Buffer.buffer(GRPC_PREFIX_BYTES + message.length())
                .appendByte((byte) 0)
                .appendInt(message.length())
                .appendBuffer(message);
        client.request(HttpMethod.POST, port, "localhost", method)
                .compose(request -> send(request, frame))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(CALL_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private static Future<Buffer> send(HttpClientRequest request, Buffer frame) {
        request.putHeader("content-type", "application/grpc").putHeader("te", "trailers");
        return request.send(frame).compose(response -> response.body());
    }

    private void get(int port, String path) {
        client.request(HttpMethod.GET, port, "localhost", path)
                .compose(HttpClientRequest::send)
                .compose(response -> response.body())
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(CALL_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
