package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.StoreView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How far the removal of compacted versions has got. On disk: format (1 byte, now 1), target (8), next main (8), next
 * sub (4), history from (8).
 *
 * @param target the compact revision that the removal works or worked towards; -1 before the first
 * @param next the first history entry not yet looked at; above {@code target} when that is reached
 * @param historyFrom the oldest main revision left in the history
 */
record Progress(long target, Revision next, long historyFrom) {

    static final byte[] KEY = "progress".getBytes(StandardCharsets.UTF_8);

    private static final byte FORMAT = 1;
    private static final int BYTES = 29;

    static Progress load(StoreView store) {
        byte[] stored = store.get(Schema.MVCC, KEY);
        if (stored == null) {
            return new Progress(-1, new Revision(0, 0), 0);
        }
        ByteBuffer from = ByteBuffer.wrap(stored);
        Invariant.check(from.get() == FORMAT, "the progress of compaction has an unknown format");
        return new Progress(from.getLong(), new Revision(from.getLong(), from.getInt()), from.getLong());
    }

    boolean reached() {
        return next.main() > target;
    }

    /** Goes for a later target. Entries of the old one are looked at again: its tombstones stayed and can go now. */
    Progress towards(long newTarget) {
        return new Progress(newTarget, new Revision(Math.max(0, target), 0), historyFrom);
    }

    Progress at(Revision newNext) {
        return new Progress(target, newNext, historyFrom);
    }

    Progress withHistoryFrom(long newHistoryFrom) {
        return new Progress(target, next, newHistoryFrom);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .put(FORMAT)
                .putLong(target)
                .putLong(next.main())
                .putInt(next.sub())
                .putLong(historyFrom)
                .array();
    }
}
