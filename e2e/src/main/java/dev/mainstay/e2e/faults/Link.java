package dev.mainstay.e2e.faults;

import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** The state of one direction between two members. Safe for any number of threads. */
final class Link {
    private static final long POLL_NANOS = 5_000_000;

    private final Random random;
    private volatile boolean cut;
    private volatile Disturbance disturbance = Disturbance.NONE;

    Link(Random random) {
        this.random = random;
    }

    void cut() {
        cut = true;
    }

    void disturb(Disturbance newDisturbance) {
        disturbance = newDisturbance;
    }

    void heal() {
        cut = false;
        disturbance = Disturbance.NONE;
    }

    boolean isCut() {
        return cut;
    }

    /** When data that comes now should arrive, by {@link System#nanoTime}. */
    long arrivalNanos() {
        return System.nanoTime() + disturbance.nextDelayNanos(random);
    }

    /** Returns once that time has come and the link isn't cut. */
    void awaitPassage(long arrivalNanos) {
        long left = arrivalNanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = arrivalNanos - System.nanoTime();
        }
        awaitUncut();
    }

    /** Returns once the link isn't cut. */
    void awaitUncut() {
        while (cut) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
