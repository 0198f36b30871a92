package dev.mainstay.node.api.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * Flushes a connection once per turn of its event loop instead of once per frame. Unlike its parent, it never flushes
 * because the connection has become unwritable: that happens between the parts of a frame, and a flush lets HTTP/2's
 * flow control write other frames, which would then stand in the middle of the first one.
 */
final class TurnFlush extends FlushConsolidationHandler {

    private static final int FLUSH_AT_LATEST_AFTER = 256;

    TurnFlush() {
        super(FLUSH_AT_LATEST_AFTER, true);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.fireChannelWritabilityChanged();
    }
}
