package dev.mainstay.node.server.http;

import io.netty.channel.Channel;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.SslChannelProvider;
import java.util.function.BiConsumer;

/** Vert.x' server, with a guard who looks at each connection before anything is made of it. */
final class FrontServer extends HttpServerImpl {

    private final ConnectionGuard guard;
    private final boolean secure;

    /** @param vertx a {@link SocketFileVertx} for a server on a socket file */
    FrontServer(VertxInternal vertx, HttpServerOptions options, ConnectionGuard guard) {
        super(vertx, options);
        this.guard = guard;
        this.secure = options.isSsl();
    }

    @Override
    protected BiConsumer<Channel, SslChannelProvider> childHandler(
            ContextInternal context, SocketAddress address, GlobalTrafficShapingHandler shaping) {
        BiConsumer<Channel, SslChannelProvider> usual = super.childHandler(context, address, shaping);
        return (channel, tls) -> {
            if (guard.admit(channel, secure)) {
                usual.accept(channel, tls);
            } else {
                var _ = channel.close();
            }
        };
    }
}
