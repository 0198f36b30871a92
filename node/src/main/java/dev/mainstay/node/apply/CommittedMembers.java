package dev.mainstay.node.apply;

import dev.mainstay.node.membership.Members;

/** Hears of every committed change of the members. */
@FunctionalInterface
public interface CommittedMembers {

    /** Called on the apply thread after the commit, with the members as of that entry. Must not block or throw. */
    void changed(Members members);
}
