package dev.mainstay.node.server;

import dev.mainstay.node.api.MemberChanges;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.leader.MemberChange;
import dev.mainstay.node.leader.MemberRequests;
import dev.mainstay.node.leader.MembershipKeeper;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Changes of members go to whoever leads; leadership is this member's own to hand on. */
record ClusterChanges(MemberRequests requests, MembershipKeeper keeper) implements MemberChanges {

    @Override
    public CompletableFuture<Outcome> request(MemberChange change, Caller caller) {
        return requests.request(change, caller);
    }

    @Override
    public CompletableFuture<Optional<ErrorCode>> moveLeader(long memberId) {
        return keeper.moveLeader(memberId);
    }
}
