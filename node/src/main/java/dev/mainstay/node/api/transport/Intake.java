package dev.mainstay.node.api.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes of requests that clients have begun to send and not finished, over all connections. A client that begins thousands of
 * large requests and finishes none would otherwise fill the memory. Any thread.
 */
public final class Intake {

    private final long most;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /** @param most bytes at once */
    public Intake(long most) {
        this.most = most;
    }

    /** Takes so many more bytes, if there is room; to be released by whoever took them. */
    public boolean take(long bytes) {
        if (used.addAndGet(bytes) <= most) {
            return true;
        }
        used.addAndGet(-bytes);
        refused.incrementAndGet();
        return false;
    }

    /** Gives bytes back. */
    public void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Bytes that are taken. */
    public long used() {
        return used.get();
    }

    /** How often there was no room. */
    public long refused() {
        return refused.get();
    }
}
