package dev.mainstay.node.apply;

import dev.mainstay.node.common.RevisionEvents;
import java.util.List;

/** Hears of every committed change. */
@FunctionalInterface
public interface CommittedEvents {

    /**
     * Called on the apply thread after the changes can be read, in revision order, without gaps. Must not block and must
     * not throw.
     */
    void publish(List<RevisionEvents> revisions);
}
