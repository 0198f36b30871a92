package dev.mainstay.node.server;

import dev.mainstay.node.apply.CommittedMembers;
import dev.mainstay.node.membership.Members;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells once, on the apply thread, that the cluster has removed this member. */
final class RemovalNotice implements CommittedMembers {

    private final long memberId;
    private final Runnable listener;
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param listener must not block */
    RemovalNotice(long memberId, Runnable listener) {
        this.memberId = memberId;
        this.listener = listener;
    }

    @Override
    public void changed(Members members) {
        if (members.isRemoved(memberId) && told.compareAndSet(false, true)) {
            listener.run();
        }
    }
}
