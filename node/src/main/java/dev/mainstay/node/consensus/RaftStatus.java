package dev.mainstay.node.consensus;

/** Where this member stands in its group. Any thread. */
public interface RaftStatus {

    /** This member's etcd id, unsigned. */
    long memberId();

    /** The leader this member believes in, 0 for none. */
    long leaderId();

    long term();

    /** The index of the last committed entry, counted from 1 as etcd does; 0 for an empty log. */
    long committedIndex();

    /** The index of the last entry applied here, counted alike. */
    long appliedIndex();

    default boolean isLeader() {
        return leaderId() == memberId();
    }

    default boolean hasLeader() {
        return leaderId() != 0;
    }
}
