package dev.mainstay.node.api.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;

/**
 * Lets nobody but the stream suffer when its client resets it before its answer has left. Vert.x asks for no word of what
 * becomes of the end of an answer; Netty then tells the connection that it failed, which Vert.x would close.
 */
final class ResetStreams extends ChannelInboundHandlerAdapter {

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(Http2CodecUtil.getEmbeddedHttp2Exception(cause) instanceof Http2Exception.StreamException)) {
            context.fireExceptionCaught(cause);
        }
    }
}
