package dev.mainstay.node.watch;

/**
 * How many watchers there may be. One counts for as many as its key and range end have {@link #KEY_BYTES}, begun or whole.
 *
 * @param most over all streams
 * @param mostOfOwner over the streams of one owner
 */
public record WatcherBounds(int most, int mostOfOwner) {

    /** No bounds. */
    public static final WatcherBounds NONE = new WatcherBounds(Integer.MAX_VALUE, Integer.MAX_VALUE);

    static final int KEY_BYTES = 4096;

    /** What a watcher counts for. */
    static int places(WatchSpec spec) {
        return 1 + (spec.key().length() + spec.rangeEnd().length()) / KEY_BYTES;
    }
}
