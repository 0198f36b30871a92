package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.Http2ServerConnection;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One address served by every event loop: HTTP/1.1, and HTTP/2 by prior knowledge or, in TLS, by agreement. Connections
 * are spread over the loops and stay on theirs.
 */
public final class Listener implements AutoCloseable {

    /** Request line and headers; a token in the metadata may be long. */
    private static final int MAX_HEADER_BYTES = 64 << 10;

    /** Calls that clients cancel arrive as stream resets; a busy client may cancel thousands a second. */
    private static final int MAX_RESETS_PER_WINDOW = 200_000;

    /** A frame of a WebSocket, which browsers don't cut: room for the largest request as JSON. */
    private static final int MAX_FRAME_BYTES = 4 << 20;

    private static final int RESET_WINDOW_SECONDS = 30;
    private static final int ACCEPT_BACKLOG = 8192;
    private static final int PING_BYTES = 8;
    private static final long NO_TIMER = -1;

    private final MemberUrl url;
    private final List<HttpServer> servers = new ArrayList<>();
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final Vertx vertx;
    private final NodeSettings.KeepAlive keepAlive;
    private final ConnectionGuard guard;
    private volatile int port;

    private Listener(Vertx vertx, MemberUrl url, NodeSettings.KeepAlive keepAlive, ConnectionGuard guard) {
        this.vertx = vertx;
        this.guard = guard;
        this.url = url;
        this.keepAlive = keepAlive;
    }

    /**
     * Begins to listen and returns when connections are accepted.
     *
     * @param guard who lets connections in
     * @param loops how many event loops share the address; only one serves an address that leaves the port open
     * @param security how clients are spoken to if the URL asks for TLS
     * @param versions of HTTP that clients may choose from by TLS
     * @throws IOException if the address can't be had; the message names it
     */
    public static Listener open(
            Vertx vertx,
            MemberUrl url,
            NodeSettings.Listen settings,
            ConnectionGuard guard,
            int loops,
            Optional<ClientSecurity> security,
            List<HttpVersion> versions,
            Handler<HttpServerRequest> handler)
            throws IOException {
        Listener listener = new Listener(vertx, url, settings.keepAlive(), guard);
        try {
            if (url.unixSocket()) {
                new SocketFile(Path.of(url.host())).removeIfLeftBehind();
            }
            int shares = url.port() == 0 && !url.unixSocket() ? 1 : loops;
            for (int i = 0; i < shares; i++) {
                HttpServerOptions options = options(settings);
                if (url.secure()) {
                    security.orElseThrow().secure(options.setAlpnVersions(versions));
                }
                listener.serve(options, handler);
            }
            return listener;
        } catch (CompletionException | VertxException | IOException e) {
            listener.close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("can't listen on " + url + ": " + cause.getMessage(), cause);
        }
    }

    /** Adds one event loop to the address. */
    private void serve(HttpServerOptions options, Handler<HttpServerRequest> handler) {
        VertxInternal internal = (VertxInternal) vertx;
        var context = internal.createEventLoopContext();
        var started = internal.<HttpServer>promise();
        context.runOnContext(ignored -> {
            VertxInternal home = url.unixSocket() ? new SocketFileVertx(internal) : internal;
            HttpServer server = new FrontServer(home, options, guard)
                    .requestHandler(request -> {
                        guard.asked(request);
                        handler.handle(request);
                    })
                    .invalidRequestHandler(guard::malformed)
                    .connectionHandler(this::connected)
                    .exceptionHandler(refused -> {});
            server.listen(address(url)).onComplete(started);
        });
        HttpServer server = await(started.future());
        port = server.actualPort();
        servers.add(server);
    }

    private static SocketAddress address(MemberUrl url) {
        return url.unixSocket()
                ? SocketAddress.domainSocketAddress(url.host())
                : SocketAddress.inetSocketAddress(url.port(), url.host());
    }

    private static HttpServerOptions options(NodeSettings.Listen settings) {
        return GrpcTransport.prepare(
                new HttpServerOptions()
                        .setReusePort(settings.reusePort())
                        .setReuseAddress(true)
                        .setTcpKeepAlive(true)
                        .setAcceptBacklog(ACCEPT_BACKLOG)
                        .setMaxHeaderSize(MAX_HEADER_BYTES)
                        .setMaxInitialLineLength(MAX_HEADER_BYTES)
                        .setMaxWebSocketFrameSize(MAX_FRAME_BYTES)
                        .setMaxWebSocketMessageSize(MAX_FRAME_BYTES)
                        // A frame that is unpacked has no bound.
                        .setPerMessageWebSocketCompressionSupported(false)
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS_PER_WINDOW)
                        .setHttp2RstFloodWindowDuration(RESET_WINDOW_SECONDS)
                        .setHttp2RstFloodWindowDurationTimeUnit(TimeUnit.SECONDS)
                        .setInitialSettings(new Http2Settings().setMaxHeaderListSize(MAX_HEADER_BYTES)),
                settings.maxConcurrentStreams());
    }

    private void connected(HttpConnection connection) {
        connections.add(connection);
        guard.speaks(connection);
        GrpcTransport.limitFrames(connection, keepAlive.minTime(), () -> guard.pinged(connection));
        long everyMillis = keepAlive.interval().toMillis();
        boolean pings = everyMillis > 0 && connection instanceof Http2ServerConnection;
        long timer = pings ? vertx.setPeriodic(everyMillis, ignored -> ping(connection)) : NO_TIMER;
        connection.closeHandler(ignored -> {
            connections.remove(connection);
            vertx.cancelTimer(timer);
        });
    }

    /** Drops a connection whose client is gone without a word. */
    private void ping(HttpConnection connection) {
        long timeoutMillis = keepAlive.timeout().toMillis();
        Future<Buffer> answer = connection.ping(Buffer.buffer(new byte[PING_BYTES]));
        if (timeoutMillis > 0) {
            vertx.setTimer(timeoutMillis, ignored -> {
                if (!answer.isComplete()) {
                    connection.close();
                }
            });
        }
    }

    /** Where it listens, or listened; with the port it got if the URL left that open. */
    public String address() {
        return url.unixSocket() ? url.text() : url.host() + ":" + port;
    }

    /** Whether it listens on a socket file. */
    boolean isSocketFile() {
        return url.unixSocket();
    }

    /** The port it listens on, or listened on; 0 for a socket file. */
    public int port() {
        return port;
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /**
     * Tells clients to make their new calls elsewhere. Those under way go on, and those that cross this on the wire still
     * get an answer.
     */
    public void goAway() {
        connections.stream()
                .filter(Http2ServerConnection.class::isInstance)
                .forEach(connection -> connection.goAway(0, Integer.MAX_VALUE));
    }

    /** Stops to listen and drops the connections. */
    @Override
    public void close() {
        List<HttpServer> open = List.copyOf(servers);
        servers.clear();
        open.forEach(server -> await(server.close()));
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}
