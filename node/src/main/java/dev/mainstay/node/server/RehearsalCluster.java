package dev.mainstay.node.server;

import dev.mainstay.node.observability.ExactRegistry;
import dev.mainstay.node.server.settings.Invocation;
import dev.mainstay.node.server.settings.NodeSettings;
import dev.mainstay.node.server.settings.SettingsReader;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Three members in this process that write, read and hand leadership around. Without having done it once, a member spends
 * half a second of its first leadership on loading code, while writers wait.
 */
final class RehearsalCluster implements AutoCloseable {

    private static final int MEMBERS = 3;
    private static final int ROUNDS = 60;

    /** So long under load before and after each member's absence. */
    private static final long SCENE_MILLIS = 6_000;

    private final Vertx vertx;
    private final List<NodeSettings> settings;
    private final List<Member> members;

    /** Starts the members and returns when they serve. */
    RehearsalCluster(Vertx vertx, Path directory) throws IOException {
        this.vertx = vertx;
        this.settings = settings(directory);
        List<CompletableFuture<Member>> starting = settings.stream()
                .map(one -> CompletableFuture.supplyAsync(() -> start(one)))
                .toList();
        this.members =
                new ArrayList<>(starting.stream().map(CompletableFuture::join).toList());
    }

    /** Each member is stopped and started again in turn, so that leadership goes round. */
    void play(RehearsalCalls calls) {
        for (int stopped = 0; stopped < MEMBERS; stopped++) {
            members.forEach(member -> calls.everyday(member.clientPort(), ROUNDS));
            members.get(stopped).close();
            calls.everyday(members.get((stopped + 1) % MEMBERS).clientPort(), ROUNDS);
            members.set(stopped, start(settings.get(stopped)));
        }
    }

    /**
     * The same under load, for as long as it takes the compiler to have seen what is often done, and what is done when a member
     * comes or goes.
     */
    void playUnderLoad(RehearsalCalls calls) throws InterruptedException {
        List<AtomicInteger> ports = members.stream()
                .map(member -> new AtomicInteger(member.clientPort()))
                .toList();
        try (var _ = new RehearsalLoad(calls, ports)) {
            for (int stopped = 0; stopped < MEMBERS; stopped++) {
                Thread.sleep(SCENE_MILLIS);
                ports.get(stopped).set(0);
                members.get(stopped).close();
                Thread.sleep(SCENE_MILLIS);
                members.set(stopped, start(settings.get(stopped)));
                ports.get(stopped).set(members.get(stopped).clientPort());
            }
            Thread.sleep(SCENE_MILLIS);
        }
    }

    @Override
    public void close() {
        members.forEach(Member::close);
    }

    private Member start(NodeSettings one) {
        try {
            return Member.start(one, vertx, new ExactRegistry(), (reason, cause) -> {
                throw new IllegalStateException(reason, cause);
            });
        } catch (DataDirectoryException | IOException e) {
            throw new CompletionException(e);
        }
    }

    private static List<NodeSettings> settings(Path directory) throws IOException {
        List<String> peers = new ArrayList<>();
        for (int port : freePorts()) {
            peers.add("http://127.0.0.1:" + port);
        }
        String cluster = IntStream.range(0, MEMBERS)
                .mapToObj(i -> "m" + i + "=" + peers.get(i))
                .collect(Collectors.joining(","));
        List<NodeSettings> settings = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            Invocation invocation = new SettingsReader(Versions.read().text())
                    .read(
                            List.of(
                                    "--name=m" + i,
                                    "--data-dir=" + directory.resolve("m" + i),
                                    "--listen-client-urls=http://127.0.0.1:0",
                                    "--advertise-client-urls=http://127.0.0.1:2379",
                                    "--listen-peer-urls=" + peers.get(i),
                                    "--initial-advertise-peer-urls=" + peers.get(i),
                                    "--initial-cluster=" + cluster),
                            Map.of());
            settings.add(((Invocation.Run) invocation).settings());
        }
        return settings;
    }

    /** Ports that nobody listens on; held all at once, so that they differ. */
    private static int[] freePorts() throws IOException {
        int[] ports = new int[MEMBERS];
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            ServerSocket socket = new ServerSocket(0);
            held.add(socket);
            ports[i] = socket.getLocalPort();
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return ports;
    }
}
