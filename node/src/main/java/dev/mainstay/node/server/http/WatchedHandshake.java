package dev.mainstay.node.server.http;

import dev.mainstay.node.tls.TlsFailure;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;

/** One connection's TLS, whose handshake is counted while it is under way and noted if it fails. Event loop only. */
final class WatchedHandshake extends SslHandler {

    private final Handshakes handshakes;
    private boolean heard;

    WatchedHandshake(SSLEngine engine, Executor executor, Handshakes handshakes) {
        super(engine, executor);
        this.handshakes = handshakes;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        handshakes.begun(context.channel());
        super.handlerAdded(context);
        var _ = handshakeFuture().addListener(end -> {
            boolean counted = handshakes.ended(context.channel());
            if (counted && end.cause() != null) {
                reason(end.cause()).ifPresent(why -> handshakes.failed(context.channel(), why));
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        heard = true;
        super.channelRead(context, message);
    }

    /** Empty for who connected and left without a word, as probes of ports do. */
    private Optional<String> reason(Throwable cause) {
        return switch (cause) {
            case SslHandshakeTimeoutException _ ->
                Optional.of("it did not finish the handshake within " + ClientSecurity.HANDSHAKE_SECONDS + " s");
            case NotSslRecordException _ ->
                Optional.of("it doesn't speak TLS. Does it use http:// where https:// is served?");
            default -> heard ? TlsFailure.reason(cause) : Optional.empty();
        };
    }
}
