package dev.mainstay.node.api.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound on answers that are being written as JSON, over all calls: an answer is in memory several times then. Any thread.
 */
final class AnswerBudget {

    private final long most;
    private final AtomicLong used = new AtomicLong();

    /** @param most bytes in the wire form */
    AnswerBudget(long most) {
        this.most = most;
    }

    /** Whether an answer of this size may ever be written. */
    boolean allows(long bytes) {
        return bytes <= most;
    }

    /** Takes room for an answer if there is some left. */
    boolean take(long bytes) {
        if (used.addAndGet(bytes) <= most) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    long used() {
        return used.get();
    }
}
