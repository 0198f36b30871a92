package dev.mainstay.node.simulation;

import dev.mainstay.node.consensus.GroupControl.Peer;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * A configuration of the model's log.
 *
 * @param previous who was in it before, while the change is under way; else empty
 */
record Conf(List<Peer> peers, List<Peer> previous) {

    static Conf of(List<Peer> peers) {
        return new Conf(List.copyOf(peers), List.of());
    }

    /** The way from this one to another. */
    Conf towards(List<Peer> next) {
        return new Conf(List.copyOf(next), peers);
    }

    boolean isChanging() {
        return !previous.isEmpty();
    }

    boolean holds(long id) {
        return contains(peers, id) || contains(previous, id);
    }

    boolean votes(long id) {
        return votes(peers, id) || votes(previous, id);
    }

    /** Whether those that do make a majority, of the old ones too while it changes. */
    boolean isQuorum(LongPredicate does) {
        return isMajority(peers, does) && (previous.isEmpty() || isMajority(previous, does));
    }

    private static boolean isMajority(List<Peer> peers, LongPredicate does) {
        int voters = 0;
        int agreeing = 0;
        for (Peer peer : peers) {
            if (!peer.learner()) {
                voters++;
                if (does.test(peer.memberId())) {
                    agreeing++;
                }
            }
        }
        return agreeing > voters / 2;
    }

    private static boolean contains(List<Peer> peers, long id) {
        return peers.stream().anyMatch(peer -> peer.memberId() == id);
    }

    private static boolean votes(List<Peer> peers, long id) {
        return peers.stream().anyMatch(peer -> peer.memberId() == id && !peer.learner());
    }
}
