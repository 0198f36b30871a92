package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.ClientAddress;
import dev.mainstay.node.tls.RefusalLog;
import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The TLS handshakes under way, so many and no more: beyond that each new one takes the place of the oldest. Who means to
 * talk is done in a few milliseconds and seldom the oldest; who opens connections to block others blocks only himself. Any
 * thread.
 */
final class Handshakes {

    private final int most;
    private final RefusalLog refusals;
    private final LinkedHashSet<Channel> underWay = new LinkedHashSet<>();
    private long dropped;

    Handshakes(int most, RefusalLog refusals) {
        this.most = most;
        this.refusals = refusals;
    }

    /** A handshake begins. */
    void begun(Channel channel) {
        Channel oldest = add(channel);
        if (oldest != null) {
            failed(oldest, "it was the oldest of " + most + " unfinished handshakes and had to make room");
            var _ = oldest.close();
        }
    }

    private synchronized @Nullable Channel add(Channel channel) {
        Channel oldest = underWay.size() < most ? null : underWay.removeFirst();
        underWay.add(channel);
        dropped += oldest == null ? 0 : 1;
        return oldest;
    }

    /** It is over, one way or the other; answers whether it hadn't been dropped. */
    synchronized boolean ended(Channel channel) {
        return underWay.remove(channel);
    }

    /** Notes that a client got no connection. */
    void failed(Channel channel, String why) {
        refusals.refused(ClientAddress.of(channel.remoteAddress()), why);
    }

    synchronized int underWay() {
        return underWay.size();
    }

    synchronized long dropped() {
        return dropped;
    }
}
