package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.FreePorts;
import dev.mainstay.e2e.server.Place;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All members on the loopback address, each behind a {@link PeerProxy}, which is the address the others are told. Needs no
 * rights. Who opened a connection is found out from {@code /proc}.
 */
public final class LoopbackNetwork implements Network {
    private final List<Place> places = new ArrayList<>();
    private final List<PeerProxy> proxies = new ArrayList<>();
    private final Map<Integer, Long> pids = new ConcurrentHashMap<>();
    private final Links links;

    /** Room for this many members. */
    public LoopbackNetwork(int members, Random random) {
        links = new Links(members, random);
        for (int i = 0; i < members; i++) {
            int port = FreePorts.next();
            Place place = Place.onLoopback("m" + i).reachedThrough("http://127.0.0.1:" + port);
            places.add(place);
            URI server = URI.create(place.peerUrl());
            proxies.add(new PeerProxy(
                    i,
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()),
                    new PeerProxy.Wiring() {
                        @Override
                        public int opener(Socket accepted) {
                            return pids.entrySet().stream()
                                    .filter(member -> SocketOwners.owns(member.getValue(), accepted))
                                    .map(Map.Entry::getKey)
                                    .findFirst()
                                    .orElse(-1);
                        }

                        @Override
                        public Link link(int from, int to) {
                            return links.get(from, to);
                        }

                        @Override
                        public @Nullable InetSocketAddress source(int opener) {
                            return null;
                        }
                    }));
        }
    }

    @Override
    public Place place(int member) {
        return places.get(member);
    }

    @Override
    public void started(int member, long pid) {
        pids.put(member, pid);
    }

    @Override
    public void cut(int from, int to) {
        links.get(from, to).cut();
    }

    @Override
    public void disturb(int from, int to, Disturbance disturbance) {
        links.get(from, to).disturb(disturbance);
    }

    @Override
    public void reset(int one, int other) {
        proxies.get(one).reset(other);
        proxies.get(other).reset(one);
    }

    @Override
    public void heal() {
        links.heal();
    }

    @Override
    public String description() {
        return "loopback with proxies";
    }

    @Override
    public void close() {
        links.heal();
        proxies.forEach(PeerProxy::close);
    }
}
