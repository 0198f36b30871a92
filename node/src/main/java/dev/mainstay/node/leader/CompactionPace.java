package dev.mainstay.node.leader;

/**
 * How hard the removal of compacted versions may work.
 *
 * @param maxEntries changes of the history looked at in one step
 * @param pauseMillis the pause after each step
 */
public record CompactionPace(int maxEntries, long pauseMillis) {

    /** etcd's own pace. */
    public static final CompactionPace DEFAULT = new CompactionPace(1_000, 10);

    public CompactionPace {
        if (maxEntries <= 0 || pauseMillis <= 0) {
            throw new IllegalArgumentException("impossible pace of compaction");
        }
    }
}
