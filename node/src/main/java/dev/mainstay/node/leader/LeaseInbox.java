package dev.mainstay.node.leader;

import dev.mainstay.node.apply.CommittedLeases;
import dev.mainstay.node.lease.Lease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Carries committed changes of leases from the apply thread to the {@link LeaseKeeper}, while there is one that reads. Its
 * length is bounded by what is committed between two rounds of the keeper, which come twice a second.
 */
public final class LeaseInbox implements CommittedLeases {

    private final Queue<Change> changes = new ArrayDeque<>();
    private boolean open;

    /** A lease that changed; {@code lease} is {@code null} when it ended. */
    record Change(long id, @Nullable Lease lease) {}

    @Override
    public synchronized void changed(long id, @Nullable Lease lease) {
        if (open) {
            changes.add(new Change(id, lease));
        }
    }

    /** Starts to keep changes. */
    synchronized void open() {
        open = true;
    }

    /** Drops what there is and keeps nothing more. */
    synchronized void shut() {
        open = false;
        changes.clear();
    }

    /** Takes every change there is, oldest first. */
    synchronized List<Change> take() {
        if (changes.isEmpty()) {
            return List.of();
        }
        List<Change> taken = new ArrayList<>(changes);
        changes.clear();
        return taken;
    }
}
