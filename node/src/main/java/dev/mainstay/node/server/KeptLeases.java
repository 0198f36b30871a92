package dev.mainstay.node.server;

import dev.mainstay.node.api.LeaseClock;
import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.observability.MemberMeters;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The time of leases, as the leader keeps it. */
record KeptLeases(LeaseKeeper keeper, MemberMeters meters) implements LeaseClock {

    @Override
    public CompletableFuture<KeepAlive> keepAlive(long id) {
        return keeper.keepAlive(id).whenComplete((answer, _) -> {
            if (answer instanceof KeepAlive.Renewed) {
                meters.leaseRenewed();
            }
        });
    }

    @Override
    public OptionalLong remainingSeconds(long id) {
        return keeper.remainingSeconds(id);
    }
}
