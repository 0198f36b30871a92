package dev.mainstay.node.consensus;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * How long the log is kept for the archive: until it is there, but no more of it than so much, so that a store that fails for long doesn't
 * fill the disk.
 *
 * @param archivedIndex up to here the log is in the archive
 * @param maxBytes of log that are kept for it, give or take a file
 */
public record ArchiveNeed(LongSupplier archivedIndex, long maxBytes) {

    /**
     * The last index that may be dropped.
     *
     * @param durable what this member itself needs no more
     * @param pieces the files of the log in order
     */
    long droppable(long durable, List<LogNeed.Piece> pieces) {
        return new LogNeed(maxBytes, Long.MAX_VALUE, Long.MAX_VALUE)
                .droppable(durable, List.of(new LogNeed.Peer(archivedIndex.getAsLong(), 0)), pieces);
    }
}
