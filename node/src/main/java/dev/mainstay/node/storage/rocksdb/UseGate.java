package dev.mainstay.node.storage.rocksdb;

import dev.mainstay.node.storage.StorageFailedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps native memory from being freed under a reader: everyone enters before a call and leaves after it, a cursor for as
 * long as it is open. Any thread.
 */
final class UseGate {

    private static final int CLOSED = 1 << 30;
    private static final long LOOK_AGAIN_NANOS = 1_000_000;

    private final AtomicInteger users = new AtomicInteger();

    void enter() {
        if (users.getAndIncrement() >= CLOSED) {
            users.getAndDecrement();
            throw new StorageFailedException("the database is closed", false, null);
        }
    }

    void leave() {
        users.getAndDecrement();
    }

    /** Lets nobody in any more; {@code false} if that was so already. */
    boolean shut() {
        return users.getAndUpdate(now -> now < CLOSED ? now + CLOSED : now) < CLOSED;
    }

    /** Waits until everybody has left; {@code false} if that takes too long. */
    boolean awaitEmpty(long millis) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (users.get() > CLOSED) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        return true;
    }
}
