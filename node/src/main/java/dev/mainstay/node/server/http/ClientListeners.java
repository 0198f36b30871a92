package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All addresses of a member that are for others than its peers. */
public final class ClientListeners implements AutoCloseable {

    /** More event loops than this have not been seen to help. */
    private static final int MAX_LOOPS = 8;

    private static final List<HttpVersion> ALL = List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1);
    private static final List<HttpVersion> GRPC_ALONE = List.of(HttpVersion.HTTP_2);

    private final List<Listener> clients = new ArrayList<>();
    private final List<Listener> others = new ArrayList<>();

    private ClientListeners() {}

    /** How many event loops serve a listener on this machine. */
    public static int eventLoops() {
        return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_LOOPS);
    }

    /**
     * Opens every address.
     *
     * @param guard who lets connections in
     * @param security for URLs that ask for TLS
     * @throws IOException if one can't be had; then none is open
     */
    public static ClientListeners open(
            Vertx vertx,
            NodeSettings.Listen settings,
            ClientGuard guard,
            Optional<ClientSecurity> security,
            GrpcTransport grpc,
            HttpEndpoints http)
            throws IOException {
        ClientListeners listeners = new ClientListeners();
        HostCheck hosts = new HostCheck(settings.hostWhitelist());
        Cors cors = new Cors(settings.corsOrigins());
        Handler<HttpServerRequest> plain = request -> {
            if (hosts.passes(request) && cors.passes(request)) {
                http.handle(request);
            }
        };
        boolean together = settings.clientHttpUrls().isEmpty();
        Handler<HttpServerRequest> otherwise = together ? plain : Answers::notFound;
        Handler<HttpServerRequest> both = request -> {
            if (GrpcTransport.handles(request)) {
                grpc.handle(request);
            } else {
                otherwise.handle(request);
            }
        };
        try {
            for (MemberUrl url : settings.clientUrls()) {
                listeners.clients.add(Listener.open(
                        vertx,
                        url,
                        settings,
                        guard.forClients(),
                        eventLoops(),
                        security,
                        together ? ALL : GRPC_ALONE,
                        both));
            }
            for (MemberUrl url : settings.clientHttpUrls()) {
                listeners.others.add(
                        Listener.open(vertx, url, settings, guard.forClients(), eventLoops(), security, ALL, plain));
            }
            for (MemberUrl url : settings.metricsUrls()) {
                listeners.others.add(Listener.open(
                        vertx, url, settings, guard.forMetrics(), 1, security, ALL, http::handleMetricsOnly));
            }
            return listeners;
        } catch (IOException e) {
            listeners.close();
            throw e;
        }
    }

    /** The port of the first client URL that has one; 0 if there are socket files only. */
    public int clientPort() {
        return clients.stream()
                .filter(listener -> !listener.isSocketFile())
                .mapToInt(Listener::port)
                .findFirst()
                .orElse(0);
    }

    /** Where clients are served, as {@code host:port}; a socket file by its URL. */
    public List<String> clientAddresses() {
        return clients.stream().map(Listener::address).toList();
    }

    /** Open connections of clients. */
    public int connections() {
        return clients.stream().mapToInt(Listener::connections).sum();
    }

    /** Asks clients to make their new calls elsewhere. */
    public void goAway() {
        clients.forEach(Listener::goAway);
    }

    @Override
    public void close() {
        clients.forEach(Listener::close);
        others.forEach(Listener::close);
    }
}
