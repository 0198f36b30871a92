package dev.mainstay.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.server.TestServer;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
