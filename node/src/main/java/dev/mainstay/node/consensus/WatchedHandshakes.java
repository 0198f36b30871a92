package dev.mainstay.node.consensus;

import dev.mainstay.node.tls.RefusalLog;
import dev.mainstay.node.tls.TlsFailure;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.apache.ratis.thirdparty.io.grpc.netty.GrpcHttp2ConnectionHandler;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiator;
import org.apache.ratis.thirdparty.io.grpc.netty.InternalProtocolNegotiators;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandler;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelHandlerContext;
import org.apache.ratis.thirdparty.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslContext;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslHandler;
import org.apache.ratis.thirdparty.io.netty.util.AsciiString;

/**
 * gRPC's TLS for servers, which tells nobody whom it refused: here each handshake that fails after the client has said
 * something is noted, with its address and the reason. Who connects and says nothing, as probes of ports do, is not.
 */
final class WatchedHandshakes implements InternalProtocolNegotiator.ProtocolNegotiator {

    private final InternalProtocolNegotiator.ProtocolNegotiator tls;
    private final RefusalLog refusals;

    WatchedHandshakes(SslContext context, RefusalLog refusals) {
        this.tls = InternalProtocolNegotiators.serverTls(context);
        this.refusals = refusals;
    }

    @Override
    public AsciiString scheme() {
        return tls.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler connection) {
        return new Watch(tls.newHandler(connection));
    }

    @Override
    public void close() {
        tls.close();
    }

    /** Stands before the TLS handler until the first bytes come: by then that is there and can be listened to. */
    private final class Watch extends ChannelInboundHandlerAdapter {

        private final ChannelHandler next;

        Watch(ChannelHandler next) {
            this.next = next;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            context.pipeline().addAfter(context.name(), null, next);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            SslHandler handler = context.pipeline().get(SslHandler.class);
            if (handler != null) {
                var _ = handler.handshakeFuture().addListener(handshake -> {
                    if (handshake.cause() != null) {
                        refused(context.channel().remoteAddress(), handshake.cause());
                    }
                });
            }
            context.pipeline().remove(this);
            context.fireChannelRead(message);
        }

        private void refused(SocketAddress from, Throwable cause) {
            String whom = from instanceof InetSocketAddress address && address.getAddress() != null
                    ? address.getAddress().getHostAddress()
                    : String.valueOf(from);
            TlsFailure.reason(cause).ifPresent(why -> refusals.refused("the client at " + whom, why));
        }
    }
}
