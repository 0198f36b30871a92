package dev.mainstay.node.consensus;

import dev.mainstay.node.common.ErrorCode;

/**
 * What this member has seen of leaders: which tells why a request ran out of time, in etcd's terms. As exact as it is looked
 * at often. Any thread.
 */
final class LeaderContact {

    private final long electionNanos;
    private long ledNanos;
    private long apartNanos;
    private long electedNanos;
    private boolean led;
    private boolean everElected;
    private boolean hadPredecessor;

    /** Nobody leads yet. */
    LeaderContact(long electionNanos, long nowNanos) {
        this.electionNanos = electionNanos;
        // Before anything could have been asked of this member.
        this.ledNanos = nowNanos - 1;
        this.apartNanos = nowNanos;
    }

    /** This member saw a new leader. */
    synchronized void elected(long nowNanos) {
        hadPredecessor = everElected;
        everElected = true;
        electedNanos = nowNanos;
        led = true;
        ledNanos = nowNanos;
    }

    /**
     * Notes how things stand; to be called again and again.
     *
     * @param leader whether a leader is known
     * @param connected whether it is heard from or, on the leader, a majority is
     */
    synchronized void look(long nowNanos, boolean leader, boolean connected) {
        led = leader;
        if (leader) {
            ledNanos = nowNanos;
        }
        if (!leader || !connected) {
            apartNanos = nowNanos;
        }
    }

    /** Why a request that began then has no answer by now. It may be applied yet. */
    synchronized ErrorCode timeout(long startNanos) {
        if (hadPredecessor && startNanos - electedNanos < 0 && electedNanos - startNanos < 2 * electionNanos) {
            return ErrorCode.TIMEOUT_LEADER_FAILED;
        }
        if (ledNanos - startNanos < 0) {
            return ErrorCode.DEADLINE_EXCEEDED;
        }
        return led && apartNanos - startNanos >= 0 ? ErrorCode.TIMEOUT_CONNECTION_LOST : ErrorCode.TIMEOUT;
    }
}
