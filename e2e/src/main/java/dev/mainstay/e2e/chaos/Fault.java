package dev.mainstay.e2e.chaos;

/** What can be done to a cluster. Each is undone after a while. */
public enum Fault {
    /** SIGKILL to one member. */
    KILL,
    /** SIGKILL to the leader. */
    KILL_LEADER,
    /** SIGKILL to all members at once. */
    KILL_ALL,
    /** SIGTERM to the leader. */
    STOP_LEADER,
    /** SIGSTOP to one member. */
    PAUSE,
    /** SIGSTOP to the leader. */
    PAUSE_LEADER,
    /** The leader reaches nobody, and nobody reaches it. */
    ISOLATE_LEADER,
    /** A minority and a majority don't reach each other. */
    SPLIT,
    /** What the leader sends doesn't arrive. */
    MUTE_LEADER,
    /** What is sent to the leader doesn't arrive. */
    DEAFEN_LEADER,
    /** What one member sends to another one doesn't arrive. */
    ONE_WAY,
    /** All links are slow, lose data and let connections overtake each other. */
    SLOW,
    /** All connections between members are reset, several times. */
    RESET,
    /** A member is removed, and another one added in its place, while both go on. */
    REPLACE,
    /** The disk of one member is full. Needs the right to mount. */
    FULL_DISK,
    /** The wall clock of one member jumps, ahead and back, by seconds up to years. Needs a C compiler; not on etcd. */
    CLOCK_JUMP
}
