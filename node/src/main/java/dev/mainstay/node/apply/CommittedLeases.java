package dev.mainstay.node.apply;

import dev.mainstay.node.lease.Lease;
import org.jspecify.annotations.Nullable;

/** Hears of every committed change of a lease, its expiry above all. */
@FunctionalInterface
public interface CommittedLeases {

    /** Called on the apply thread after the commit; {@code lease} is {@code null} when it ended. Must not block or throw. */
    void changed(long id, @Nullable Lease lease);
}
