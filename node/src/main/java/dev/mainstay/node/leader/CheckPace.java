package dev.mainstay.node.leader;

/**
 * When the leader compares the members.
 *
 * @param stateMillis between two comparisons of what the log did to the members
 * @param keysMillis between two comparisons of all keys; 0 for none
 * @param keysAfterCompaction whether to compare all keys, too, when there was a compaction since the last time; looked at
 *     every {@code stateMillis}
 */
public record CheckPace(long stateMillis, long keysMillis, boolean keysAfterCompaction) {

    public CheckPace {
        if (stateMillis <= 0 || keysMillis < 0) {
            throw new IllegalArgumentException("impossible pace of comparisons");
        }
    }
}
