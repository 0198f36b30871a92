package dev.mainstay.node.api.transport;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.AttributeKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import javax.net.ssl.SSLSession;

/**
 * What the calls of one connection share. The first call of a connection also makes it flush once per turn of the event
 * loop instead of once per frame, which is what answers that become ready together need.
 *
 * @param attributes the peer and the backlog, as gRPC's interceptors and services see them
 */
record Connection(EventLoop loop, Attributes attributes, Backlog backlog) {

    private static final AttributeKey<Connection> KEY = AttributeKey.valueOf(Connection.class, "connection");
    private static final AttributeKey<PingStrikes> PINGS = AttributeKey.valueOf(Connection.class, "pings");
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final int LAST_STREAM_KNOWN = -1;

    /** The connection of a request; call on its event loop. */
    static Connection of(HttpConnection http) {
        Channel channel = ((ConnectionBase) http).channel();
        Connection known = channel.attr(KEY).get();
        if (known != null) {
            return known;
        }
        Backlog backlog = new Backlog();
        Connection connection = new Connection(channel.eventLoop(), attributes(http, channel, backlog), backlog);
        channel.attr(KEY).set(connection);
        ChannelHandlerContext http2 = channel.pipeline().context(Http2ConnectionHandler.class);
        if (http2 != null) {
            channel.pipeline().addBefore(http2.name(), null, new TurnFlush(pings(channel, Duration.ZERO)));
        }
        return connection;
    }

    /** Ends an HTTP/2 connection whose client sends what asks for nothing; call on its event loop, when it begins. */
    static void limitFrames(HttpConnection http, Duration minTime, Runnable onPings) {
        Channel channel = ((ConnectionBase) http).channel();
        Http2ConnectionHandler http2 = channel.pipeline().get(Http2ConnectionHandler.class);
        if (http2 == null) {
            return;
        }
        channel.pipeline().addFirst(new ResetStreams());
        http2.decoder().frameListener(new IdleFrames(http2.decoder().frameListener(), System::nanoTime));
        PingStrikes pings = pings(channel, minTime);
        http.pingHandler(_ -> {
            if (pings.isTooMany(System.nanoTime(), http2.connection().numActiveStreams() > 0)) {
                http.goAway(ENHANCE_YOUR_CALM, LAST_STREAM_KNOWN, Buffer.buffer("too_many_pings"));
                http.close();
                onPings.run();
            }
        });
    }

    private static PingStrikes pings(Channel channel, Duration minTime) {
        PingStrikes known = channel.attr(PINGS).get();
        if (known != null) {
            return known;
        }
        PingStrikes pings = new PingStrikes(minTime);
        channel.attr(PINGS).set(pings);
        return pings;
    }

    private static Attributes attributes(HttpConnection http, Channel channel, Backlog backlog) {
        Attributes.Builder attributes = Attributes.newBuilder()
                .set(Backlog.KEY, backlog)
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, channel.remoteAddress())
                .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, channel.localAddress());
        SSLSession session = http.sslSession();
        if (session != null) {
            attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
            CallerCertificate.put(http, attributes);
        }
        return attributes.build();
    }
}
