package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.server.settings.MemberUrl;
import dev.mainstay.node.server.settings.NodeSettings;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** All addresses of a member that are for others than its peers. */
public final class ClientListeners implements AutoCloseable {

    /** More event loops than this have not been seen to help. */
    private static final int MAX_LOOPS = 8;

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
     * @throws IOException if one can't be had; then none is open
     */
    public static ClientListeners open(
            Vertx vertx, NodeSettings.Listen settings, GrpcTransport grpc, HttpEndpoints http) throws IOException {
        ClientListeners listeners = new ClientListeners();
        HostCheck hosts = new HostCheck(settings.hostWhitelist());
        Cors cors = new Cors(settings.corsOrigins());
        Handler<HttpServerRequest> plain = request -> {
            if (hosts.passes(request) && cors.passes(request)) {
                http.handle(request);
            }
        };
        Handler<HttpServerRequest> otherwise = settings.clientHttpUrls().isEmpty() ? plain : Answers::notFound;
        Handler<HttpServerRequest> both = request -> {
            if (GrpcTransport.handles(request)) {
                grpc.handle(request);
            } else {
                otherwise.handle(request);
            }
        };
        try {
            for (MemberUrl url : settings.clientUrls()) {
                listeners.clients.add(Listener.open(vertx, url, settings, eventLoops(), both));
            }
            for (MemberUrl url : settings.clientHttpUrls()) {
                listeners.others.add(Listener.open(vertx, url, settings, eventLoops(), plain));
            }
            for (MemberUrl url : settings.metricsUrls()) {
                listeners.others.add(Listener.open(vertx, url, settings, 1, http::handleMetricsOnly));
            }
            return listeners;
        } catch (IOException e) {
            listeners.close();
            throw e;
        }
    }

    /** The port of the first client URL. */
    public int clientPort() {
        return clients.getFirst().port();
    }

    /** Where clients are served, as {@code host:port}. */
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
