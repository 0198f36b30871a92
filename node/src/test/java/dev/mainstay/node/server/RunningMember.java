package dev.mainstay.node.server;

import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.SettingsReader;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A whole member in this process, with a client. */
final class RunningMember implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final Member member;
    private final ManagedChannel channel;

    RunningMember(Path data, String... moreFlags) throws DataDirectoryException, IOException {
        List<String> flags = new ArrayList<>(List.of(
                "--data-dir=" + data,
                "--listen-client-urls=http://127.0.0.1:0",
                "--advertise-client-urls=http://127.0.0.1:2379",
                "--listen-peer-urls=http://127.0.0.1:0"));
        flags.addAll(List.of(moreFlags));
        Invocation.Run run = (Invocation.Run) new SettingsReader("").read(flags, Map.of());
        try {
            member = Member.start(run.settings(), vertx, new ExactRegistry(), (reason, cause) -> {
                throw new IllegalStateException(reason, cause);
            });
        } catch (DataDirectoryException | IOException | RuntimeException e) {
            vertx.close().toCompletionStage().toCompletableFuture().join();
            throw e;
        }
        channel = NettyChannelBuilder.forAddress("127.0.0.1", member.clientPort())
                .usePlaintext()
                .build();
    }

    Member member() {
        return member;
    }

    int port() {
        return member.clientPort();
    }

    ManagedChannel channel() {
        return channel;
    }

    KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel);
    }

    /** Everything the server answers to these bytes until it closes the connection or {@code quietMillis} pass. */
    String raw(String request, int quietMillis) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
            socket.setSoTimeout(quietMillis);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder answer = new StringBuilder();
            byte[] buffer = new byte[64 << 10];
            try {
                for (int n = socket.getInputStream().read(buffer);
                        n >= 0;
                        n = socket.getInputStream().read(buffer)) {
                    answer.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                }
            } catch (SocketException | SocketTimeoutException e) {
                return answer.toString();
            }
            return answer.toString();
        }
    }

    /** The answer to one HTTP/1.1 GET, head and body. */
    String get(String path) throws IOException {
        return raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 10_000);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        member.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
