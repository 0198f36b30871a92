package dev.mainstay.node.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose client doesn't say what it wants: it has so long for its hello, if that is HTTP/2, or for the whole
 * head of each HTTP/1 request, from the first byte of it on. In between, a connection of HTTP/1 may be silent for longer, one
 * of HTTP/2 for ever. Event loop of the connection.
 */
final class HeadPatience extends ChannelInboundHandlerAdapter {

    /** As long as those who scrape metrics and health seldom ask, and some. */
    private static final Duration IDLE = Duration.ofMinutes(5);

    private static final AttributeKey<HeadPatience> KEY = AttributeKey.valueOf(HeadPatience.class, "patience");

    private final Duration limit;
    private final CutOffs cutOffs;
    private @Nullable Future<?> end;
    private boolean idle;
    private int unanswered;

    private HeadPatience(Duration limit, CutOffs cutOffs) {
        this.limit = limit;
        this.cutOffs = cutOffs;
    }

    /**
     * Begins to wait for a connection's hello.
     *
     * @param limit zero to wait for ever, here and later
     * @param handshake how long TLS may take before that
     */
    static void begin(Channel channel, Duration limit, Duration handshake, CutOffs cutOffs) {
        if (limit.isZero()) {
            return;
        }
        HeadPatience patience = new HeadPatience(limit, cutOffs);
        channel.attr(KEY).set(patience);
        channel.pipeline().addLast(patience);
        patience.await(channel, limit.plus(handshake));
        var _ = channel.closeFuture().addListener(_ -> patience.stop());
    }

    /** The client speaks HTTP/2. */
    static void satisfied(Channel channel) {
        HeadPatience patience = channel.attr(KEY).getAndSet(null);
        if (patience != null) {
            patience.stop();
            channel.pipeline().remove(patience);
        }
    }

    /** A request of HTTP/1 has come, to be followed by {@link #answered} unless the connection becomes another one's. */
    static void asked(Channel channel) {
        HeadPatience patience = channel.attr(KEY).get();
        if (patience != null) {
            patience.unanswered++;
            patience.stop();
        }
    }

    /** An answer of HTTP/1 has gone out, so that the next request may come. */
    static void answered(Channel channel) {
        HeadPatience patience = channel.attr(KEY).get();
        if (patience != null && --patience.unanswered == 0 && channel.isOpen()) {
            patience.await(channel, IDLE);
            patience.idle = true;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (idle) {
            await(context.channel(), limit);
        }
        context.fireChannelRead(message);
    }

    private void await(Channel channel, Duration time) {
        stop();
        end = channel.eventLoop().schedule(() -> cut(channel, time), time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stop() {
        idle = false;
        if (end != null) {
            end.cancel(false);
            end = null;
        }
    }

    private void cut(Channel channel, Duration time) {
        if (time.equals(IDLE)) {
            cutOffs.note(CutOff.IDLE, channel.remoteAddress(), "it asked for nothing for " + IDLE.toMinutes() + " min");
        } else {
            cutOffs.note(
                    CutOff.HEADER_TIMEOUT,
                    channel.remoteAddress(),
                    "it did not say what it wants within " + time.toMillis() + " ms (--client-header-timeout)");
        }
        var _ = channel.close();
    }
}
