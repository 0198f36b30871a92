package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.WriteSet;
import java.nio.ByteBuffer;

/**
 * Moves the newest revision on without a change, and marks all before as compacted: clients that have seen later revisions than a
 * restored store has don't see them again with another meaning.
 */
public final class RevisionBump {

    private RevisionBump() {}

    /**
     * Bumps a store that nobody uses yet; what the compaction removes is removed once somebody does.
     *
     * @param amount at least 1
     * @return the newest revision from now on
     */
    public static long apply(StoreView store, WriteSet changes, long amount) {
        Invariant.check(amount > 0, "%d revisions to move on by", amount);
        long revision = Math.addExact(KvStore.newestRevision(store), amount);
        Change gap = new Change(new Revision(revision, 0), Change.Kind.GAP, null, Bytes.EMPTY);
        changes.put(Schema.HISTORY, gap.tableKey(), gap.encode());
        changes.put(
                Schema.MVCC,
                LogEntryWriter.COMPACTED_KEY,
                ByteBuffer.allocate(Long.BYTES).putLong(revision).array());
        return revision;
    }
}
