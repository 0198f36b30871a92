package dev.mainstay.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.AuthEnableRequest;
import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.AuthUserAddRequest;
import dev.mainstay.etcd.proto.AuthUserGrantRoleRequest;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.AuthenticateResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("badinput")
class ConnectionsE2E {
    private static final int IDLE = 10_000;
    /** What an idle connection may cost in memory, all told. */
    private static final long BYTES_PER_CONNECTION = 40_000;

    private static final byte[] HTTP2_HELLO = hello();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    @Test
    void tenThousandIdleConnectionsCostLittleAndDisturbNobody() throws Exception {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, 10, 100);
            long before = server.usage().residentBytes();
            long descriptorsBefore = descriptors(server);
            List<Socket> idle = new ArrayList<>();
            try {
                for (int i = 0; i < IDLE; i++) {
                    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    idle.add(socket);
                    // Half of them say that they speak HTTP/2, the others nothing at all.
                    if (i % 2 == 0) {
                        socket.getOutputStream().write(HTTP2_HELLO);
                    }
                }

                Data.write(server, 10, 20, 100);
                Data.assertWhole(server, 20, 100);
                assertThat(server.usage().residentBytes() - before).isLessThan(IDLE * BYTES_PER_CONNECTION);
            } finally {
                for (Socket socket : idle) {
                    socket.close();
                }
            }
            awaitDescriptors(server, descriptorsBefore + 50);
            Data.assertWhole(server, 20, 100);
        }
    }

    @Test
    void clientsThatVanishMidStreamLeaveNothingBehind() throws Exception {
        try (TestServer server = TestServer.mainstay(dir)) {
            Data.write(server, 0, 300, 20_000);
            long descriptorsBefore = descriptors(server);
            for (int round = 0; round < 3; round++) {
                List<EtcdClient> clients = new ArrayList<>();
                try (Relay relay = new Relay(server.port())) {
                    for (int i = 0; i < 30; i++) {
                        EtcdClient client = new EtcdClient(relay.endpoint());
                        clients.add(client);
                        watchEverything(client);
                        var _ = client.kvAsync().range(everything());
                    }
                    Thread.sleep(200);
                    relay.vanish();
                } finally {
                    clients.forEach(EtcdClient::close);
                }
            }

            awaitDescriptors(server, descriptorsBefore + 10);
            Data.assertWhole(server, 300, 20_000);
        }
    }

    @Test
    void clientsThatWearOutPatienceAreCutOffAndTheOthersAreNot() throws Exception {
        try (TestServer server = TestServer.mainstay(
                        dir,
                        "--client-header-timeout=1s",
                        "--client-body-timeout=2s",
                        "--max-connections-per-address=50",
                        "--max-open-calls=100",
                        "--max-watchers=20",
                        "--max-watchers-per-connection=10");
                EtcdClient client = new EtcdClient(server.endpoint())) {
            Socket silent = connect(server, "127.0.0.1");
            Socket head = connect(server, "127.0.0.1");
            Socket body = connect(server, "127.0.0.1");
            send(body, "POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{");
            Socket reused = connect(server, "127.0.0.1");
            send(reused, "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Socket polite = connect(server, "127.0.0.1");
            send(polite, "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Socket holder = connect(server, "127.0.0.1");
            post(holder, "/v3/lock/lock", "{\"name\":\"bA==\"}");
            assertThat(status(holder)).isEqualTo("HTTP/1.1 200 OK");
            Socket waiter = connect(server, "127.0.0.1");
            post(waiter, "/v3/lock/lock", "{\"name\":\"bA==\"}");
            long start = System.nanoTime();
            for (int i = 0; i < 60; i++) {
                dribble(head, ("GET /version HTTP/1.1\r\nX: " + "y".repeat(60)).charAt(i));
                dribble(body, ' ');
                dribble(reused, 'G');
                assertThat(client.kv().range(key()).getCount()).isZero();
                Thread.sleep(50);
            }
            assertThat(isClosed(waiter)).isFalse();
            assertThat(isClosed(silent)).isTrue();
            assertThat(isClosed(head)).isTrue();
            assertThat(isClosed(body)).isTrue();
            assertThat(isClosed(reused)).isTrue();
            send(polite, "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(status(polite)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(System.nanoTime() - start).isLessThan(PATIENCE.toNanos());
            assertThat(cut(server, "client-header-timeout")).isEqualTo(3);
            assertThat(cut(server, "client-body-timeout")).isEqualTo(1);
            assertThat(server.log())
                    .contains("it did not say what it wants within 1000 ms (--client-header-timeout)")
                    .contains("its request did not come within 2000 ms (--client-body-timeout)");

            List<Socket> crowd = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                crowd.add(connect(server, "127.0.0.2"));
            }
            assertThat(crowd.stream().filter(ConnectionsE2E::isClosed).count()).isEqualTo(10);
            assertThat(cut(server, "max-connections-per-address")).isEqualTo(10);
            assertThat(server.log())
                    .contains("127.0.0.2: 50 connections are open from there (--max-connections-per-address)");
            for (Socket socket : crowd) {
                socket.close();
            }

            // Who waits for a lock watches, too.
            waiter.close();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (server.metric("etcd_debugging_mvcc_watcher_total") > 0 && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
            watchersAreBounded(server, client);
            callsAreBounded(server, client);
            guessingIsSlow(server);
        }
    }

    private static void watchersAreBounded(TestServer server, EtcdClient client) throws InterruptedException {
        List<String> refusals = new CopyOnWriteArrayList<>();
        CountDownLatch answers = new CountDownLatch(12);
        StreamObserver<WatchRequest> requests = client.watch().watch(new Answers(refusals, answers));
        for (int i = 0; i < 12; i++) {
            requests.onNext(create(key().getKey()));
        }
        assertThat(answers.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(refusals)
                .containsOnly("etcdserver: too many watchers on this connection (--max-watchers-per-connection=10)")
                .hasSize(2);
        try (EtcdClient second = new EtcdClient(server.endpoint());
                EtcdClient third = new EtcdClient(server.endpoint())) {
            List<String> more = new CopyOnWriteArrayList<>();
            CountDownLatch bigAnswer = new CountDownLatch(1);
            // Its key counts for as many as nine.
            second.watch().watch(new Answers(more, bigAnswer)).onNext(create(ByteString.copyFrom(new byte[8 * 4096])));
            assertThat(bigAnswer.await(10, TimeUnit.SECONDS)).isTrue();
            CountDownLatch moreAnswers = new CountDownLatch(2);
            StreamObserver<WatchRequest> last = third.watch().watch(new Answers(more, moreAnswers));
            last.onNext(create(key().getKey()));
            last.onNext(create(key().getKey()));
            assertThat(moreAnswers.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(more).containsExactly("etcdserver: too many watchers (--max-watchers=20)");
        }
        assertThat(server.metric("mainstay_watchers_refused_total")).isEqualTo(3);
        requests.onCompleted();
    }

    private static void callsAreBounded(TestServer server, EtcdClient client) throws Exception {
        List<Throwable> refusals = new CopyOnWriteArrayList<>();
        try (EtcdClient greedy = new EtcdClient(server.endpoint())) {
            for (int i = 0; i < 120; i++) {
                greedy.watch().watch(new StreamObserver<>() {
                    @Override
                    public void onNext(WatchResponse response) {}

                    @Override
                    public void onError(Throwable error) {
                        refusals.add(error);
                    }

                    @Override
                    public void onCompleted() {}
                });
            }
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (refusals.size() < 20 && System.nanoTime() < deadline) {
                Thread.sleep(20);
            }
            assertThat(refusals)
                    .hasSizeBetween(20, 24)
                    .allSatisfy(refusal -> assertThat(refusal)
                            .hasMessage("RESOURCE_EXHAUSTED: etcdserver: too many open calls (--max-open-calls=100)"));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (server.metric("mainstay_open_calls") > 10 && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(client.kv().range(key()).getCount()).isZero();
    }

    /** Wrong passwords from one address, as many at once as it likes, and a right one from another meanwhile. */
    private static void guessingIsSlow(TestServer server) throws Exception {
        try (EtcdClient root = new EtcdClient(server.endpoint())) {
            AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(root.channel());
            var _ = auth.userAdd(AuthUserAddRequest.newBuilder()
                    .setName("root")
                    .setPassword("right")
                    .build());
            var _ = auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                    .setUser("root")
                    .setRole("root")
                    .build());
            var _ = auth.authEnable(AuthEnableRequest.getDefaultInstance());
        }
        AtomicInteger answered = new AtomicInteger();
        try (EtcdClient guesser = new EtcdClient(server.endpoint())) {
            for (int i = 0; i < 80; i++) {
                ListenableFuture<AuthenticateResponse> guess = AuthGrpc.newFutureStub(guesser.channel())
                        .authenticate(AuthenticateRequest.newBuilder()
                                .setName("user" + i % 7)
                                .setPassword("wrong" + i)
                                .build());
                guess.addListener(answered::incrementAndGet, Runnable::run);
            }
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (server.metric("mainstay_logins_waiting") < 60) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            try (Socket other = connect(server, "127.0.0.2")) {
                post(other, "/v3/auth/authenticate", "{\"name\":\"root\",\"password\":\"right\"}");
                assertThat(status(other)).isEqualTo("HTTP/1.1 200 OK");
            }
            assertThat(server.metric("mainstay_logins_waiting")).isGreaterThan(40);
            Thread.sleep(2000);
            // The first are answered after 50, 100, 200 ms and so on up to 5 s, eight at a time.
            assertThat(answered.get()).isLessThan(30);
        }
    }

    private static double cut(TestServer server, String reason) {
        return server.metric("mainstay_client_connections_cut_total{reason=\"" + reason + "\"}");
    }

    private static Socket connect(TestServer server, String from) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), server.port(), InetAddress.getByName(from), 0);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void post(Socket socket, String path, String json) throws IOException {
        send(
                socket,
                "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + json.length() + "\r\n\r\n"
                        + json);
    }

    private static String status(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes(15), StandardCharsets.US_ASCII);
    }

    private static void dribble(Socket socket, char next) {
        try {
            socket.getOutputStream().write(next);
        } catch (IOException closed) {
            // What it is about.
        }
    }

    /** Whether the other side has ended a connection. */
    private static boolean isClosed(Socket socket) {
        byte[] answers = new byte[4096];
        try {
            socket.setSoTimeout(5);
            while (socket.getInputStream().read(answers) >= 0) {
                // An answer from before.
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    private static RangeRequest key() {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
    }

    private static WatchRequest create(ByteString key) {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                .build();
    }

    /** Collects why watchers weren't created. */
    private record Answers(List<String> refusals, CountDownLatch answers) implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            if (response.getCanceled()) {
                refusals.add(response.getCancelReason());
            }
            answers.countDown();
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }

    private static void watchEverything(EtcdClient client) {
        StreamObserver<WatchRequest> requests = client.watch().watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {}

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {}
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(everything().getKey())
                        .setRangeEnd(everything().getRangeEnd())
                        .setStartRevision(1))
                .build());
    }

    private static RangeRequest everything() {
        ByteString zero = ByteString.copyFrom(new byte[] {0});
        return RangeRequest.newBuilder().setKey(zero).setRangeEnd(zero).build();
    }

    private static void awaitDescriptors(TestServer server, long atMost) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (descriptors(server) > atMost && System.nanoTime() < deadline) {
            Thread.sleep(100);
        }
        assertThat(descriptors(server)).isLessThanOrEqualTo(atMost);
    }

    private static long descriptors(TestServer server) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(server.pid()), "fd"))) {
            return open.count();
        }
    }

    /** The connection preface and an empty SETTINGS frame. */
    private static byte[] hello() {
        byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] hello = new byte[preface.length + 9];
        System.arraycopy(preface, 0, hello, 0, preface.length);
        hello[preface.length + 3] = 4;
        return hello;
    }
}
