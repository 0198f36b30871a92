package dev.mainstay.e2e.faults;

import dev.mainstay.e2e.server.Place;

/** A network whose places have clocks of their own. Closing it closes the network. */
public final class ClockedNetwork implements Network {
    private final Network network;
    private final Clocks clocks;

    /** The same network with these clocks. */
    public ClockedNetwork(Network network, Clocks clocks) {
        this.network = network;
        this.clocks = clocks;
    }

    @Override
    public Place place(int member) {
        return clocks.over(member, network.place(member));
    }

    @Override
    public void started(int member, long pid) {
        network.started(member, pid);
    }

    @Override
    public void cut(int from, int to) {
        network.cut(from, to);
    }

    @Override
    public void disturb(int from, int to, Disturbance disturbance) {
        network.disturb(from, to, disturbance);
    }

    @Override
    public void reset(int one, int other) {
        network.reset(one, other);
    }

    @Override
    public void heal() {
        network.heal();
    }

    @Override
    public String description() {
        return network.description() + ", movable clocks";
    }

    @Override
    public void close() {
        network.close();
    }
}
