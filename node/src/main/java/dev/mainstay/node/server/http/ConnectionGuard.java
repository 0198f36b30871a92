package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.ClientAddress;
import io.netty.channel.Channel;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.Http2ServerConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Stands at some addresses of a member: lets in whom there is room for, and cuts off who wears out our patience. */
final class ConnectionGuard {

    private static final System.Logger LOG = System.getLogger(ConnectionGuard.class.getName());

    private final Connections connections;
    private final Duration headTimeout;
    private final Duration handshake;
    private final CutOffs cutOffs;

    /**
     * @param headTimeout how long a client may take to say what it wants; zero for ever
     * @param handshake how long TLS may take before that
     */
    ConnectionGuard(Connections connections, Duration headTimeout, Duration handshake, CutOffs cutOffs) {
        this.connections = connections;
        this.headTimeout = headTimeout;
        this.handshake = handshake;
        this.cutOffs = cutOffs;
    }

    /**
     * Whether a connection that has just been made may stay.
     *
     * @param secure whether it begins with TLS
     */
    boolean admit(Channel channel, boolean secure) {
        if (!connections.admit(channel)) {
            return false;
        }
        HeadPatience.begin(channel, headTimeout, secure ? handshake : Duration.ZERO, cutOffs);
        return true;
    }

    /** A connection speaks HTTP of some version. */
    void speaks(HttpConnection connection) {
        if (connection instanceof Http2ServerConnection) {
            HeadPatience.satisfied(channel(connection));
        }
        connection.exceptionHandler(cause -> failed(connection, cause));
    }

    /** The head of a request has come. */
    void asked(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            return;
        }
        Channel channel = channel(request.connection());
        HeadPatience.asked(channel);
        if (request.getHeader("upgrade") == null) {
            request.response().endHandler(_ -> HeadPatience.answered(channel));
        }
    }

    /** A request of HTTP/1 that isn't one. */
    void malformed(HttpServerRequest request) {
        cutOffs.note(
                CutOff.MALFORMED,
                channel(request.connection()).remoteAddress(),
                "what it sent is no request: " + request.decoderResult().cause().getMessage());
        HttpServerRequest.DEFAULT_INVALID_REQUEST_HANDLER.handle(request);
    }

    /** A client pings too often. */
    void pinged(HttpConnection connection) {
        cutOffs.note(
                CutOff.PINGS,
                channel(connection).remoteAddress(),
                "it pings more often than --grpc-keepalive-min-time allows");
    }

    /** A request didn't come in time. */
    void late(HttpConnection connection, long millis) {
        cutOffs.note(
                CutOff.BODY_TIMEOUT,
                channel(connection).remoteAddress(),
                "its request did not come within " + millis + " ms (--client-body-timeout)");
    }

    private void failed(HttpConnection connection, Throwable cause) {
        if (cause instanceof Http2Exception violation) {
            CutOff reason = violation.error() == Http2Error.ENHANCE_YOUR_CALM ? CutOff.FLOOD : CutOff.MALFORMED;
            cutOffs.note(reason, channel(connection).remoteAddress(), String.valueOf(violation.getMessage()));
        } else if (cause instanceof TooLongFrameException) {
            cutOffs.note(CutOff.MALFORMED, channel(connection).remoteAddress(), String.valueOf(cause.getMessage()));
        } else if (!(cause instanceof IOException)) {
            LOG.log(
                    Level.WARNING,
                    "a connection with " + ClientAddress.of(channel(connection).remoteAddress()) + " failed",
                    cause);
        }
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }
}
