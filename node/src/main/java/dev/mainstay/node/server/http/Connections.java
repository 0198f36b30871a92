package dev.mainstay.node.server.http;

import dev.mainstay.node.api.transport.ClientAddress;
import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections that are open at some addresses of a member: so many and no more, and so many from one address of clients.
 * Any thread.
 */
public final class Connections {

    private final int most;
    private final int mostOfOne;
    private final CutOffs cutOffs;
    private final Map<String, Integer> ofAddresses = new HashMap<>();
    private int open;

    /**
     * @param most at once
     * @param mostOfOne from one address; socket files have none, so that theirs aren't counted so
     */
    Connections(int most, int mostOfOne, CutOffs cutOffs) {
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.cutOffs = cutOffs;
    }

    /** Counts a connection until it ends, if there is room for it. */
    boolean admit(Channel channel) {
        String from = ClientAddress.of(channel.remoteAddress());
        CutOff refusal = take(from);
        if (refusal != null) {
            int limit = refusal == CutOff.MAX_CONNECTIONS ? most : mostOfOne;
            cutOffs.note(
                    refusal,
                    channel.remoteAddress(),
                    limit + " connections are open" + (limit == most ? "" : " from there") + " (--" + refusal.label()
                            + ")");
            return false;
        }
        var _ = channel.closeFuture().addListener(_ -> release(from));
        return true;
    }

    /** How many are open. */
    public synchronized int open() {
        return open;
    }

    /** How many may be open at once. */
    public int most() {
        return most;
    }

    private synchronized @Nullable CutOff take(String from) {
        if (open >= most) {
            return CutOff.MAX_CONNECTIONS;
        }
        int ofThisOne = ofAddresses.getOrDefault(from, 0);
        if (ofThisOne >= mostOfOne && !from.equals(ClientAddress.SOCKET_FILE)) {
            return CutOff.MAX_CONNECTIONS_PER_ADDRESS;
        }
        ofAddresses.put(from, ofThisOne + 1);
        open++;
        return null;
    }

    private synchronized void release(String from) {
        ofAddresses.computeIfPresent(from, (_, count) -> count == 1 ? null : count - 1);
        open--;
    }
}
