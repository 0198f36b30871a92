package dev.mainstay.node.watch;

/** Hears what the hub counts. Called on the hub thread; must not block. */
public interface WatchMeter {

    /** Ignores everything. */
    WatchMeter NONE = new WatchMeter() {};

    /** The number of watchers; told after each step, changed or not, as the gauges below. */
    default void watchers(int count) {}

    /** The number of open streams. */
    default void streams(int count) {}

    /** The number of watchers that are behind: catching up, or on a stream whose client does not read. */
    default void slowWatchers(int count) {}

    /** How many committed revisions wait to be matched to watchers. */
    default void pendingRevisions(long count) {}

    /** What the recent events kept for watchers take, in bytes. */
    default void windowBytes(long bytes) {}

    /** A watcher was refused, since there are as many as there may be. */
    default void refused() {}

    /** Events were handed to a stream. */
    default void eventsSent(int count) {}
}
