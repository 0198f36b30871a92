package dev.mainstay.node.api.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Flushes a connection once per turn of its event loop instead of once per frame. Unlike its parent, it never flushes
 * because the connection has become unwritable: that happens between the parts of a frame, and a flush lets HTTP/2's
 * flow control write other frames, which would then stand in the middle of the first one. It also tells whether anything of an
 * answer goes out, by the heads of the frames; what else looks like one is taken for one.
 */
final class TurnFlush extends FlushConsolidationHandler {

    private static final int FLUSH_AT_LATEST_AFTER = 256;
    private static final int FRAME_HEAD_BYTES = 9;
    private static final int TYPE_AT = 3;

    private final PingStrikes pings;

    TurnFlush(PingStrikes pings) {
        super(FLUSH_AT_LATEST_AFTER, true);
        this.pings = pings;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof ByteBuf frame && frame.readableBytes() >= FRAME_HEAD_BYTES) {
            byte type = frame.getByte(frame.readerIndex() + TYPE_AT);
            if (type == Http2FrameTypes.DATA || type == Http2FrameTypes.HEADERS) {
                pings.answered();
            }
        }
        super.write(context, message, promise);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.fireChannelWritabilityChanged();
    }
}
