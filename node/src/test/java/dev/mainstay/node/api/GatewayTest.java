package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.put;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.PutRequest;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The JSON gateway over a member in memory. */
class GatewayTest {

    private static final int MIB = 1 << 20;

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        http.shutdownNow();
        channel.shutdownNow();
        member.close();
    }

    @Test
    void requestsAndAnswersAreJson() throws Exception {
        HttpResponse<String> written = post("/v3/kv/put", "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}");
        HttpResponse<String> read = post("/v3beta/kv/range", "{\"key\":\"Zm9v\"}");

        assertThat(written.statusCode()).isEqualTo(200);
        assertThat(written.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(written.body()).matches("\\{\"header\":\\{.*\"revision\":\"2\",\"raft_term\":\"\\d+\"}}");
        assertThat(read.body())
                .endsWith("},\"kvs\":[{\"key\":\"Zm9v\",\"create_revision\":\"2\",\"mod_revision\":\"2\","
                        + "\"version\":\"1\",\"value\":\"YmFy\"}],\"count\":\"1\"}");
        Eventually.holds("nothing is under way", () -> member.gateway.openCalls() == 0);
        Eventually.holds("no answer is held", () -> member.gateway.answerBytes() == 0);
    }

    @Test
    void refusalsHaveTheirStatusCodeAndText() throws Exception {
        assertRefused(post("/v3/kv/range", ""), 400, 3, "etcdserver: key is not provided");
        assertRefused(post("/v3/kv/range", " {} "), 400, 3, "etcdserver: key is not provided");
        assertRefused(post("/v3/kv/range", "{\"key\":\"Zm9v\""), 400, 3, "unexpected EOF");
        assertRefused(post("/v3/lease/revoke", "{\"ID\":5}"), 404, 5, "etcdserver: requested lease not found");
        assertRefused(post("/v3/kv/nonsense", "{}"), 404, 5, "Not Found");
        assertRefused(request("GET", "/v3/kv/range"), 501, 12, "Method Not Allowed");
        assertRefused(post("/v3/auth/enable", "{}"), 400, 9, "etcdserver: root user does not exist");
        assertRefused(
                post("/v3/maintenance/downgrade", "{}"), 400, 3, "etcdserver: wrong downgrade target version format");
        assertThat(post("/v3/kv/range", "{key}").statusCode()).isEqualTo(400);
        assertRefused(
                post("/v3/kv/put", large(ServedMember.MAX_REQUEST_BYTES)), 400, 3, "etcdserver: request is too large");
        assertThat(post("/v3/kv/put", large(2 * MIB)).statusCode()).isEqualTo(429);
        assertThat(post("/v3/kv/put", large(8 * MIB)).statusCode()).isEqualTo(429);
        Eventually.holds("nothing is under way", () -> member.gateway.openCalls() == 0);
    }

    @Test
    void headersBecomeMetadata() throws Exception {
        member.log.loseLeader();

        HttpResponse<String> response = http.send(
                builder("/v3/kv/range")
                        .header("Grpc-Metadata-hasleader", "true")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"Zm9v\",\"serializable\":true}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertRefused(response, 503, 14, "etcdserver: no leader");
    }

    @Test
    void watchGoesOnWhenTheBodyHasEndedAndEndsWithItsClient() throws Exception {
        try (Wire wire = new Wire("/v3/watch")) {
            wire.body("{\"create_request\":{\"key\":\"Zm9v\"}}");
            wire.endBody();
            assertThat(wire.line()).startsWith("{\"result\":{\"header\":{").endsWith("\"created\":true}}");

            stubs.kv().put(put("foo", "bar"));

            assertThat(wire.line())
                    .endsWith("\"events\":[{\"kv\":{\"key\":\"Zm9v\",\"create_revision\":\"2\","
                            + "\"mod_revision\":\"2\",\"version\":\"1\",\"value\":\"YmFy\"}}]}}");
        }
        Eventually.holds("nobody watches", () -> member.watchStreams() == 0 && member.gateway.openCalls() == 0);
    }

    @Test
    void requestsMayComeWhileAnswersGoOut() throws Exception {
        try (Wire wire = new Wire("/v3/watch")) {
            wire.body("{\"create_request\":{\"key\":\"Zm9v\",\"wat");
            wire.body("ch_id\":7}}");
            assertThat(wire.line()).endsWith("\"watch_id\":\"7\",\"created\":true}}");
            wire.body("\n{\"create_request\":{\"key\":\"Zm9v\",\"watch_id\":8}}{\"cancel_request\":{\"watch_id\":7}}");
            assertThat(wire.line()).endsWith("\"watch_id\":\"8\",\"created\":true}}");
            assertThat(wire.line()).endsWith("\"watch_id\":\"7\",\"canceled\":true}}");
            wire.body("{nonsense}");
            assertThat(wire.line()).startsWith("{\"error\":{\"code\":3,\"message\":\"");
        }
        Eventually.holds("nobody watches", () -> member.watchStreams() == 0);
    }

    @Test
    void keepAliveEndsAfterItsAnswers() throws Exception {
        String id = post("/v3/lease/grant", "{\"ID\":\"5\",\"TTL\":100}").body();

        HttpResponse<String> response = post("/v3/lease/keepalive", "{\"ID\":5}{\"ID\":\"6\"}");

        assertThat(id).endsWith("\"ID\":\"5\",\"TTL\":\"100\"}");
        assertThat(response.body().lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("{\"result\":{")
                .endsWith("\"ID\":\"5\",\"TTL\":\"100\"}}");
        assertThat(response.body()).endsWith("\"ID\":\"6\"}}\n");
        assertThat(post("/v3/lease/keepalive", "").body()).isEmpty();
    }

    @Test
    void keepAlivesMayBeMany() throws Exception {
        assertThat(post("/v3/lease/keepalive", "{\"ID\":5}".repeat(10_000))
                        .body()
                        .lines())
                .hasSize(10_000);
    }

    @Test
    void clientThatDoesNotReadCostsNoMemory() throws Exception {
        int values = 64;
        try (Wire wire = new Wire("/v3/watch")) {
            wire.body("{\"create_request\":{\"key\":\"Zm9v\"}}");
            assertThat(wire.line()).endsWith("\"created\":true}}");
            for (int i = 0; i < values; i++) {
                stubs.kv()
                        .put(PutRequest.newBuilder()
                                .setKey(Requests.bytes("foo"))
                                .setValue(ByteString.copyFrom(new byte[MIB]))
                                .build());
            }
            Eventually.holds("it is held back", () -> member.slowWatchers() == 1);

            for (int version = 1; version <= values; ) {
                String line = wire.line();
                for (; line.contains("\"version\":\"" + version + "\""); version++) {
                    assertThat(version).isLessThanOrEqualTo(values);
                }
            }
        }
    }

    @Test
    void answersThatAreTooLargeAreRefused() throws Exception {
        for (int i = 0; i < 40; i++) {
            stubs.kv()
                    .put(PutRequest.newBuilder()
                            .setKey(Requests.bytes("big" + i))
                            .setValue(ByteString.copyFrom(new byte[MIB]))
                            .build());
        }

        HttpResponse<String> whole = post("/v3/kv/range", "{\"key\":\"YmlnMA==\",\"range_end\":\"AA==\"}");
        HttpResponse<String> page = post("/v3/kv/range", "{\"key\":\"YmlnMA==\",\"range_end\":\"AA==\",\"limit\":4}");

        assertThat(whole.statusCode()).isEqualTo(429);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body().length()).isGreaterThan(4 * MIB);
        Eventually.holds("nothing is held", () -> member.gateway.answerBytes() == 0);
    }

    @Test
    void callsAreBounded() throws Exception {
        Wire[] wires = new Wire[ServedMember.MAX_GATEWAY_CALLS];
        for (int i = 0; i < wires.length; i++) {
            wires[i] = new Wire("/v3/watch");
            wires[i].body("{\"create_request\":{\"key\":\"Zm9v\"}}");
            assertThat(wires[i].line()).contains("created");
        }

        assertRefused(post("/v3/kv/range", "{}"), 429, 8, "etcdserver: too many requests");
        for (Wire wire : wires) {
            wire.close();
        }
        Eventually.holds("all are gone", () -> member.gateway.openCalls() == 0);
        assertRefused(post("/v3/kv/range", "{}"), 400, 3, "etcdserver: key is not provided");
    }

    @Test
    void socketCarriesARequestAndAnAnswerPerFrame() throws Exception {
        LinkedBlockingQueue<String> frames = new LinkedBlockingQueue<>();
        WebSocket socket = socket("/v3/watch", frames);
        socket.sendText("{\"create_request\":{\"key\":\"Zm9v\"}}", true).join();
        assertThat(frame(frames)).startsWith("{\"result\":").endsWith("\"created\":true}}");
        stubs.kv().put(put("foo", "bar"));
        assertThat(frame(frames)).contains("\"value\":\"YmFy\"");
        socket.sendText("{\"progress", false).join();
        socket.sendText("_request\":{}}", true).join();
        assertThat(frame(frames)).contains("\"revision\":\"2\"");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertThat(frame(frames)).isEqualTo("closed");
        Eventually.holds("nobody watches", () -> member.watchStreams() == 0 && member.gateway.openCalls() == 0);

        WebSocket single = socket("/v3/kv/range", frames);
        single.sendText("{\"key\":\"Zm9v\"}", true).join();
        assertThat(frame(frames)).contains("\"value\":\"YmFy\"");
        assertThat(frame(frames)).isEqualTo("closed");
    }

    @Test
    void lockIsGivenUpWithItsConnection() throws Exception {
        post("/v3/lock/lock", "{\"name\":\"bA==\"}");
        try (Wire wire = new Wire("/v3/lock/lock")) {
            wire.body("{\"name\":\"bA==\"}");
            Eventually.holds("it waits", () -> member.api.recipes().contendersWaiting() == 1);
        }
        Eventually.holds("it is gone", () -> member.api.recipes().contendersWaiting() == 0);
        Eventually.holds(
                "its key too",
                () -> stubs.kv().range(Requests.range("l/", "l0").build()).getCount() == 1);
    }

    @Test
    void memberThatStopsEndsStreamsAndRefusesCalls() throws Exception {
        try (Wire wire = new Wire("/v3/watch")) {
            wire.body("{\"create_request\":{\"key\":\"Zm9v\"}}");
            assertThat(wire.line()).contains("created");

            member.gateway.stop();

            assertThat(wire.line()).isEqualTo("{\"error\":{\"code\":14,\"message\":\"etcdserver: server stopped\"}}");
        }
        assertRefused(post("/v3/kv/range", "{}"), 503, 14, "etcdserver: server stopped");
        assertThat(stubs.kv().range(get("foo")).getCount()).isZero();
    }

    /** A put whose key has so many bytes. */
    private static String large(int bytes) {
        return "{\"key\":\"" + Base64.getEncoder().encodeToString(new byte[bytes]) + "\"}";
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return http.send(
                builder(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> request(String method, String path) throws IOException, InterruptedException {
        return http.send(
                builder(path)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder builder(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + member.port() + path))
                .version(HttpClient.Version.HTTP_1_1);
    }

    private WebSocket socket(String path, LinkedBlockingQueue<String> frames) {
        return http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + member.port() + path), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                        frames.add(data.toString());
                        socket.request(1);
                        return CompletableFuture.completedStage(null);
                    }

                    @Override
                    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                        frames.add("closed");
                        return CompletableFuture.completedStage(null);
                    }
                })
                .join();
    }

    private static String frame(LinkedBlockingQueue<String> frames) throws InterruptedException {
        return String.valueOf(frames.poll(10, TimeUnit.SECONDS));
    }

    private static void assertRefused(HttpResponse<String> response, int httpStatus, int code, String text) {
        assertThat(response.body())
                .isEqualTo("{\"error\":\"" + text + "\",\"code\":" + code + ",\"message\":\"" + text + "\"}");
        assertThat(response.statusCode()).isEqualTo(httpStatus);
    }

    /** A POST whose body is sent bit by bit, and whose answer is read in lines. */
    private final class Wire implements AutoCloseable {

        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), member.port());
        private final BufferedReader in;
        private boolean headRead;

        Wire(String path) throws IOException {
            socket.setSoTimeout(20_000);
            InputStream input = socket.getInputStream();
            in = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
            write("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void body(String piece) throws IOException {
            write(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
        }

        void endBody() throws IOException {
            write("0\r\n\r\n");
        }

        /** The next line of the body; each comes as a chunk of its own. */
        String line() throws IOException {
            if (!headRead) {
                assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
                String header = in.readLine();
                while (!header.isEmpty()) {
                    header = in.readLine();
                }
                headRead = true;
            }
            in.readLine();
            String line = in.readLine();
            in.readLine();
            return line;
        }

        private void write(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
