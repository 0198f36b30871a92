package dev.mainstay.node.api;

import dev.mainstay.node.leader.KeepAlive;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What the leader knows of the time that leases have left. Any thread; nothing blocks. */
public interface LeaseClock {

    /** Gives a lease another TTL. The future never fails. */
    CompletableFuture<KeepAlive> keepAlive(long id);

    /** Whole seconds a lease has left, rounded down; -1 for an unknown lease; empty when this member doesn't lead. */
    OptionalLong remainingSeconds(long id);
}
