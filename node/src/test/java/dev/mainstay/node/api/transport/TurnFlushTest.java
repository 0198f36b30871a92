package dev.mainstay.node.api.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnFlushTest {

    private final List<Boolean> writability = new ArrayList<>();
    private final EmbeddedChannel channel =
            new EmbeddedChannel(new TurnFlush(new PingStrikes(Duration.ZERO)), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object task) {
                    ((Runnable) task).run();
                }

                @Override
                public void channelWritabilityChanged(ChannelHandlerContext context) {
                    writability.add(context.channel().isWritable());
                }
            });

    @Test
    void unwritableConnectionIsNotFlushedInTheMiddleOfAFrame() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(4, 8));

        inOneTurn(() -> {
            channel.pipeline().flush();
            write(14);
            assertThat(channel.isWritable()).isFalse();
            assertThat(channel.outboundMessages()).isEmpty();
            write(2);
            channel.pipeline().flush();
        });

        assertThat(channel.outboundMessages()).hasSize(2);
        assertThat(writability).containsExactly(false, true);
    }

    @Test
    void flushesOfATurnAreOne() {
        inOneTurn(() -> {
            for (int i = 0; i < 3; i++) {
                write(1);
                channel.pipeline().flush();
            }
            assertThat(channel.outboundMessages()).isEmpty();
        });

        assertThat(channel.outboundMessages()).hasSize(3);
    }

    private void inOneTurn(Runnable task) {
        channel.pipeline().fireChannelRead(task).fireChannelReadComplete();
        channel.checkException();
    }

    private void write(int length) {
        var _ = channel.write(Unpooled.wrappedBuffer(new byte[length]));
    }
}
