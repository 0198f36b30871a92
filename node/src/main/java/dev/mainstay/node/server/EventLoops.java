package dev.mainstay.node.server;

import dev.mainstay.node.server.http.ClientListeners;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.vertx.core.VertxOptions;
import jakarta.enterprise.context.ApplicationScoped;

/** As many event loops as the listeners use: Vert.x would take two per core. */
@ApplicationScoped
public class EventLoops implements VertxOptionsCustomizer {

    @Override
    public void accept(VertxOptions options) {
        options.setEventLoopPoolSize(ClientListeners.eventLoops());
    }
}
