package dev.mainstay.node.leader;

import dev.mainstay.node.common.Member;
import java.util.concurrent.CompletableFuture;

/** Finds out whether a member is up. */
@FunctionalInterface
public interface MemberProbe {

    /**
     * Whether this very member answers at an address.
     *
     * @param address {@code host:port} of its peer port
     * @return fails, or is {@code false}, if nobody or somebody else answers
     */
    CompletableFuture<Boolean> answers(Member member, String address);
}
