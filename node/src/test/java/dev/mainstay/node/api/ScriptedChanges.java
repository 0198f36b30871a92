package dev.mainstay.node.api;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.leader.MemberChange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what clients want changed and answers what it is told to. */
final class ScriptedChanges implements MemberChanges {

    final List<MemberChange> requests = new CopyOnWriteArrayList<>();
    volatile Outcome outcome = new Outcome.MembersChanged(1, List.of());
    volatile Optional<ErrorCode> move = Optional.empty();

    @Override
    public CompletableFuture<Outcome> request(MemberChange change, Caller caller) {
        requests.add(change);
        return CompletableFuture.completedFuture(outcome);
    }

    @Override
    public CompletableFuture<Optional<ErrorCode>> moveLeader(long memberId) {
        return CompletableFuture.completedFuture(move);
    }
}
