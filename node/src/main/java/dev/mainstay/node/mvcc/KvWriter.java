package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes keys inside one log entry, on the apply thread. Reads see the changes made so far.
 *
 * <p>All changes between two calls of {@link #endMutation} share one revision; the first of them takes it.
 * {@link #revision} moves with that first change.
 */
public interface KvWriter extends KvView {

    /** Writes a new version of a key and returns what it replaced. */
    @Nullable
    KeyValue put(Bytes key, Bytes value, long lease);

    /** Deletes every key of a range, in key order, and returns what went. */
    List<KeyValue> deleteRange(KeyRange range);

    /** Deletes one key and returns what went. */
    @Nullable
    KeyValue delete(Bytes key);

    /**
     * Whether a version can be the next of its key, as it was written elsewhere.
     *
     * @param whole whether every version before it was loaded; else compaction may have taken some
     */
    boolean continues(KeyVersion version, boolean whole);

    /**
     * Writes a version as it was elsewhere, at its own revision, which is above all before; it {@link #continues} what is here.
     * Returns what it replaced.
     */
    @Nullable
    KeyValue load(KeyVersion version);

    /** Makes a revision one that is known to have been, unless something of it was loaded. */
    void loadNothing(long revision);

    /** Moves the compact revision; refuses with COMPACTED or FUTURE_REVISION. {@code null} when done. */
    @Nullable
    ErrorCode compact(long revision);

    /** Closes the current revision and returns its events in order; empty when nothing changed. */
    List<Event> endMutation();
}
