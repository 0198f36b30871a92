package dev.mainstay.node.server;

import dev.mainstay.node.membership.MemberId;

/** The cluster removed this member, for ever: nothing is wrong with it, but it can't serve any more. */
final class RemovedMemberException extends RuntimeException {

    private static final long serialVersionUID = 1;

    RemovedMemberException(long memberId) {
        super("member " + MemberId.hex(memberId) + " was removed from its cluster");
    }

    /** @param other who is in the cluster that was forced to begin anew without this member */
    RemovedMemberException(long memberId, PeerIdentity other) {
        super("member " + MemberId.hex(memberId)
                + " was left out when its cluster was forced to begin anew without it, as member "
                + MemberId.hex(other.memberId()) + " says,");
    }
}
