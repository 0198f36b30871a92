package dev.mainstay.node.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Others' batches that come to this member between its election and its taking office, some tens of milliseconds in which
 * nobody takes them: refused, they would come again and again, and too late by the pause between two attempts. Any thread.
 */
final class OfficeWait {

    /** Several times what nine members have under way. */
    private static final int MOST_WAITING = 128;

    private final Executor executor;
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /** @param executor on which those who waited go on; never given more than one task at a time */
    OfficeWait(Executor executor) {
        this.executor = executor;
    }

    /** Done when it is known whether this member takes office, which is to be asked then. Fails if too many wait. */
    synchronized CompletableFuture<Void> settled() {
        if (waiting.size() >= MOST_WAITING) {
            return CompletableFuture.failedFuture(new IllegalStateException("too many batches wait for the leader"));
        }
        CompletableFuture<Void> settled = new CompletableFuture<>();
        waiting.add(settled);
        return settled;
    }

    /** Batches that wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    /** This member has taken office, or will not. */
    void settle() {
        List<CompletableFuture<Void>> released;
        synchronized (this) {
            if (waiting.isEmpty()) {
                return;
            }
            released = List.copyOf(waiting);
            waiting.clear();
        }
        executor.execute(() -> released.forEach(one -> one.complete(null)));
    }
}
