package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.RevisionEvents;
import java.util.List;

/** The answer to a read of the history. */
public sealed interface HistoryRead {

    /**
     * Whole revisions in order, none left out.
     *
     * @param revisions what was asked for, as far as it went into the bounds; empty if nothing is that new yet
     * @param nextRevision where to read on
     */
    record Revisions(List<RevisionEvents> revisions, long nextRevision) implements HistoryRead {}

    /** The revision asked for is gone; {@code compactRevision} is the oldest that can be read. */
    record Compacted(long compactRevision) implements HistoryRead {}
}
