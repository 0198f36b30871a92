package dev.mainstay.node.consensus;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** The configuration that the log itself runs by: who votes and who only listens. Any thread. */
public interface GroupControl {

    /**
     * A member of the group.
     *
     * @param address where its peers reach it, {@code host:port}
     * @param learner whether it receives the log without a vote
     */
    record Peer(long memberId, String address, boolean learner) {}

    /** The configuration this member knows to be in force, by ascending unsigned id. Empty before it has heard of one. */
    List<Peer> configuration();

    /** Whether a change of the configuration is under way. */
    boolean isChanging();

    /**
     * Changes the configuration to exactly these members. Only the leader can, and only one change at a time.
     *
     * @return done when the new configuration is committed; fails with a {@link PeerException} or {@code IOException} when
     *     it wasn't, or when nobody knows: look at {@link #configuration} again later
     */
    CompletableFuture<Void> configure(List<Peer> members);

    /**
     * Hands leadership to a voter. Done when that member leads.
     *
     * @return fails if it didn't take over in time
     */
    CompletableFuture<Void> transferLeadership(long memberId);

    /**
     * How far a member has got with the log, as the leader knows it, counted from 1; empty on other members and for
     * members it doesn't send to.
     */
    OptionalLong matchIndex(long memberId);

    /** For how many milliseconds the leader hasn't heard from a member; empty where {@link #matchIndex} is. */
    OptionalLong silentMillis(long memberId);

    /**
     * Who should lead next: of the voters other than the leader that it heard from within so many milliseconds, the one that
     * has most of the log. Only the leader can tell.
     *
     * @param others which of them come into question
     */
    default Optional<Peer> heir(long leaderId, long silentMillis, Predicate<Peer> others) {
        return configuration().stream()
                .filter(peer -> !peer.learner() && peer.memberId() != leaderId)
                .filter(others)
                .filter(peer -> silentMillis(peer.memberId()).orElse(Long.MAX_VALUE) <= silentMillis)
                .max(Comparator.comparingLong(
                        peer -> matchIndex(peer.memberId()).orElse(0)));
    }
}
