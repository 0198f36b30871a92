package dev.mainstay.node.api.recipes;

import java.util.concurrent.atomic.AtomicInteger;

/** A bound on calls that wait for something to happen, which may take for ever. Any thread. */
final class Places {

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();

    Places(int most) {
        this.most = most;
    }

    /** Takes one of the places, if there is one left. */
    boolean take() {
        if (taken.incrementAndGet() <= most) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    /** Gives a place back. */
    void leave() {
        taken.decrementAndGet();
    }

    int taken() {
        return taken.get();
    }
}
