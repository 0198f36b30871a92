package dev.mainstay.operator.cluster.engine;

/**
 * What the first member of an incarnation begins with: nothing, or a backup that is restored into its volume before its pod is made.
 *
 * @param state how far that is
 * @param why what it waits for, or what went wrong
 */
public record Seed(State state, String why) {

    /** It begins with nothing. */
    public static final Seed NONE = new Seed(State.NONE, "");

    /** How far the restore is. */
    public enum State {
        /** There is none. */
        NONE,
        /** It is known what it is, but not written down. */
        FOUND,
        /** It can't begin. */
        BLOCKED,
        /** It can begin. */
        READY,
        /** It runs. */
        RUNNING,
        /** It failed, and is tried again later. */
        FAILED,
        /** Nothing reaches the moment that is wanted; it is tried again later. */
        OUT_OF_REACH,
        /** It failed a while ago. */
        RETRY,
        /** The volume holds the data. */
        DONE
    }
}
