package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.Place;
import java.util.ArrayList;
import java.util.List;

/** All members on the loopback address with nothing in between, for measurements. It cannot be broken. */
public final class PlainNetwork implements Network {
    private final List<Place> places = new ArrayList<>();

    /** Room for this many members. */
    public PlainNetwork(int members) {
        this(members, "http");
    }

    /** The same with {@code http} or {@code https} between members. */
    public PlainNetwork(int members, String peerScheme) {
        for (int i = 0; i < members; i++) {
            places.add(Place.onLoopback("m" + i, peerScheme));
        }
    }

    @Override
    public Place place(int member) {
        return places.get(member);
    }

    @Override
    public void started(int member, long pid) {
        // Nothing here depends on the process.
    }

    @Override
    public void cut(int from, int to) {
        throw new UnsupportedOperationException(description());
    }

    @Override
    public void disturb(int from, int to, Disturbance disturbance) {
        throw new UnsupportedOperationException(description());
    }

    @Override
    public void reset(int one, int other) {
        throw new UnsupportedOperationException(description());
    }

    @Override
    public void heal() {
        // It is never broken.
    }

    @Override
    public String description() {
        return "loopback without proxies";
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
