package dev.mainstay.node.api;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Caller;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.leader.MemberChange;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Where clients' changes of members go. Any thread; nothing blocks, and no future fails. */
public interface MemberChanges {

    /**
     * Changes the members: {@link Outcome.MembersChanged} or a refusal.
     *
     * @param caller who wants it
     */
    CompletableFuture<Outcome> request(MemberChange change, Caller caller);

    /** Hands leadership from this member to another. Empty when that leads; else why it doesn't. */
    CompletableFuture<Optional<ErrorCode>> moveLeader(long memberId);
}
