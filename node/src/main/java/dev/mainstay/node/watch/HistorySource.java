package dev.mainstay.node.watch;

import dev.mainstay.node.common.RevisionEvents;
import java.util.List;

/** What the hub asks of the store: where it stands, and changes older than the recent-events window. Any thread may call. */
public interface HistorySource {

    /** The newest revision that can be read. */
    long revision();

    /** The revision below which nothing can be read; -1 when never compacted. */
    long compactRevision();

    /**
     * Reads whole revisions in order, starting with the first one at or above {@code fromRevision}. May block on the disk;
     * only the catch-up thread calls it.
     *
     * <p>The answer ends after {@code maxRevisions} revisions, or before the one that would take it above {@code maxBytes}
     * of keys, values and previous values; a single larger revision is answered alone. A tombstone at the compact revision
     * itself is still part of history.
     */
    History read(long fromRevision, int maxRevisions, long maxBytes);

    /** The answer of {@link #read}. */
    sealed interface History {

        /**
         * A run of history.
         *
         * @param revisions what changed, without gaps; empty when nothing at or above the asked revision exists yet
         */
        record Revisions(List<RevisionEvents> revisions) implements History {}

        /** The asked revision is below the compact revision. */
        record Compacted(long compactRevision) implements History {}
    }
}
