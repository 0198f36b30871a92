package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Passes a leader's repeated demand to take a snapshot on as one. Any thread. */
final class SnapshotWish {

    private final SnapshotRequests requests;
    private @Nullable CompletableFuture<Void> pending;

    SnapshotWish(SnapshotRequests requests) {
        this.requests = requests;
    }

    /** Fails when the wish can't be fulfilled; the next call is then a new wish. */
    synchronized CompletableFuture<Void> wanted(long leaderId, LogPosition firstAvailable) {
        CompletableFuture<Void> now = pending;
        if (now == null || now.isDone()) {
            now = requests.wanted(leaderId, firstAvailable);
            pending = now;
        }
        return now;
    }
}
