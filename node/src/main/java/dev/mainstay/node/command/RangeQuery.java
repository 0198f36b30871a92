package dev.mainstay.node.command;

import dev.mainstay.node.common.KeyRange;

/**
 * What a range asks for.
 *
 * @param limit the most pairs to return; 0 or less for no limit
 * @param revision the revision to read at; 0 or less for the newest
 * @param minModRevision inclusive bounds on revisions, 0 for none; likewise the other three
 */
public record RangeQuery(
        KeyRange range,
        long limit,
        long revision,
        SortOrder order,
        SortTarget target,
        boolean keysOnly,
        boolean countOnly,
        long minModRevision,
        long maxModRevision,
        long minCreateRevision,
        long maxCreateRevision) {

    /** The direction of the sort; {@code NONE} is ascending by key unless a target is named. */
    public enum SortOrder {
        NONE,
        ASCEND,
        DESCEND
    }

    /** What to sort by. */
    public enum SortTarget {
        KEY,
        VERSION,
        CREATE,
        MOD,
        VALUE
    }

    /** Every pair of a range at a revision, in key order. */
    public static RangeQuery all(KeyRange range, long revision) {
        return new RangeQuery(range, 0, revision, SortOrder.NONE, SortTarget.KEY, false, false, 0, 0, 0, 0);
    }

    public boolean hasRevisionFilter() {
        return minModRevision != 0 || maxModRevision != 0 || minCreateRevision != 0 || maxCreateRevision != 0;
    }

    /** The same, for the count of keys alone. */
    public RangeQuery onlyCount() {
        return new RangeQuery(
                range,
                limit,
                revision,
                order,
                target,
                keysOnly,
                true,
                minModRevision,
                maxModRevision,
                minCreateRevision,
                maxCreateRevision);
    }

    /** Whether the answer is the first pairs of the range in key order, so that a scan may stop at the limit. */
    public boolean isKeyAscending() {
        return target == SortTarget.KEY && order != SortOrder.DESCEND;
    }
}
