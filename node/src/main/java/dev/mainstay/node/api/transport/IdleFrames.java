package dev.mainstay.node.api.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Ends a connection whose client sends thousands of frames that cost us work and ask for nothing: SETTINGS, PRIORITY, answers
 * to no ping, and kinds that don't exist. Empty DATA, CONTINUATION and resets are counted by Netty, pings by
 * {@link PingStrikes}. Event loop of the connection only.
 */
final class IdleFrames extends Http2FrameListenerDecorator {

    /** Proper clients send a few when they connect, and hardly any later. */
    static final int MOST = 1000;

    static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final LongSupplier nanoClock;
    private long windowBegan;
    private int frames;

    IdleFrames(Http2FrameListener listener, LongSupplier nanoClock) {
        super(listener);
        this.nanoClock = nanoClock;
        this.windowBegan = nanoClock.getAsLong();
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
        count("SETTINGS");
        super.onSettingsRead(context, settings);
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
        count("SETTINGS");
        super.onSettingsAckRead(context);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
        count("PING");
        super.onPingAckRead(context, data);
    }

    @Override
    public void onPriorityRead(
            ChannelHandlerContext context, int stream, int dependency, short weight, boolean exclusive)
            throws Http2Exception {
        count("PRIORITY");
        super.onPriorityRead(context, stream, dependency, weight, exclusive);
    }

    @Override
    public void onUnknownFrame(ChannelHandlerContext context, byte type, int stream, Http2Flags flags, ByteBuf payload)
            throws Http2Exception {
        count("unknown");
        super.onUnknownFrame(context, type, stream, flags, payload);
    }

    private void count(String kind) throws Http2Exception {
        long now = nanoClock.getAsLong();
        if (now - windowBegan > WINDOW_NANOS) {
            windowBegan = now;
            frames = 0;
        }
        if (++frames > MOST) {
            throw Http2Exception.connectionError(
                    Http2Error.ENHANCE_YOUR_CALM,
                    "more than %d frames in %d s that ask for nothing, the last of kind %s",
                    MOST,
                    TimeUnit.NANOSECONDS.toSeconds(WINDOW_NANOS),
                    kind);
        }
    }
}
