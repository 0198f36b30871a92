package dev.mainstay.node.consensus;

/** What members ask of each other. The names travel on the wire: never change one. */
public enum PeerMethod {
    /** Puts a batch of commands into the leader's log. */
    PROPOSE,
    /** Who are you, and who is in your cluster? Answered before there is a leader, and to strangers of the cluster. */
    IDENTIFY,
    /** Renews a lease at the leader, which alone knows the time it has left. */
    KEEP_ALIVE,
    /** How long has a lease left? */
    TIME_TO_LIVE,
    /** Opens a checkpoint of the state for reading. */
    OPEN_SNAPSHOT,
    /** Reads a piece of a file of an open checkpoint. */
    READ_SNAPSHOT,
    /** Lets an open checkpoint go. */
    CLOSE_SNAPSHOT,
    /** The rolling hash of the applied state at an index. */
    STATE_HASH,
    /** The hash of all keys at a revision. */
    KEY_HASH,
    /** Changes the members, at the leader. */
    CHANGE_MEMBERS,
    /** Hands leadership to another member, at the leader. */
    MOVE_LEADER
}
