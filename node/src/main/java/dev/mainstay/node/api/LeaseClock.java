package dev.mainstay.node.api;

import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.leader.TimeLeft;
import java.util.concurrent.CompletableFuture;

/** What the leader knows of the time that leases have left, wherever it is. Any thread; nothing blocks. */
public interface LeaseClock {

    /** Gives a lease another TTL. The future never fails. */
    CompletableFuture<KeepAlive> keepAlive(long id);

    /**
     * How long a lease still lives. Once answered, this member's lease table is at least as new as the leader's was at the
     * call. The future never fails.
     */
    CompletableFuture<TimeLeft> timeLeft(long id);
}
