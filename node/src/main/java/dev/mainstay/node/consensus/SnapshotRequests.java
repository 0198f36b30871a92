package dev.mainstay.node.consensus;

import dev.mainstay.node.command.LogPosition;
import java.util.concurrent.CompletableFuture;

/** Told when the log can't bring this member up to date any more, because the leader has dropped what it lacks. */
public interface SnapshotRequests {

    /** For a member without peers: nobody can ask. */
    SnapshotRequests NONE = (_, _) -> CompletableFuture.failedFuture(new IllegalStateException("there are no peers"));

    /**
     * The state up to {@code firstAvailable} or later must come from a peer. Called once, however often the leader repeats
     * itself, until the answer is there; must not block. While it is out this member takes no log entries.
     *
     * @param leaderId who leads
     * @param firstAvailable where the leader's log begins: the new state must reach at least the entry before
     * @return fails if the state couldn't be had: the leader will then ask anew. It is not completed otherwise, since the
     *     member must be started again on the new state
     */
    CompletableFuture<Void> wanted(long leaderId, LogPosition firstAvailable);
}
