package dev.mainstay.node.consensus;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one task whenever somebody asks for it, never twice at a time: on the thread that asks or, while another is at it, once
 * more on that one. Whoever asks is never kept waiting, and nothing that it did before is missed by the run that follows.
 */
final class Turns {

    private final Runnable task;
    private final AtomicInteger asked = new AtomicInteger();

    /** @param task what it throws reaches whoever ran it, and the next one who asks runs it again */
    Turns(Runnable task) {
        this.task = task;
    }

    /** Has the task run after this. Any thread. */
    void ask() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        boolean done = false;
        try {
            do {
                task.run();
                seen = asked.addAndGet(-seen);
            } while (seen != 0);
            done = true;
        } finally {
            if (!done) {
                asked.set(0);
            }
        }
    }
}
