package dev.mainstay.node.consensus;

import java.util.List;

/**
 * How long the log is kept for peers that lag. A peer holds it back while the log it lacks is small and the peer is heard
 * of; beyond that it gets the whole state instead, and the disk doesn't fill up for it.
 *
 * @param maxBytes of log that is kept for a peer
 * @param maxEntries of log that are kept for a peer, give or take a file
 * @param maxSilenceMillis after which a peer counts as gone
 */
record LogNeed(long maxBytes, long maxEntries, long maxSilenceMillis) {

    private static final long USUAL_BYTES = 512L << 20;
    private static final long USUAL_SILENCE_MILLIS = 600_000;

    /** 512 MiB and 10 minutes, and no more than so many entries. */
    static LogNeed of(long maxEntries) {
        return new LogNeed(USUAL_BYTES, maxEntries, USUAL_SILENCE_MILLIS);
    }

    /**
     * A member of the group.
     *
     * @param index up to here it has the log
     * @param silenceMillis since it was last heard of, 0 if unknown
     */
    record Peer(long index, long silenceMillis) {}

    /**
     * A file of the log.
     *
     * @param start its first index
     */
    record Piece(long start, long bytes) {}

    /**
     * The last index that may be dropped.
     *
     * @param durable what this member itself needs no more
     * @param pieces the files of the log in order
     */
    long droppable(long durable, List<Peer> peers, List<Piece> pieces) {
        long kept = 0;
        long floor = 0;
        for (Piece piece : pieces.reversed()) {
            kept += piece.bytes();
            if (kept > maxBytes) {
                break;
            }
            floor = piece.start() - 1;
        }
        floor = Math.max(floor, durable - maxEntries);
        long needed = durable;
        for (Peer peer : peers) {
            if (peer.silenceMillis() <= maxSilenceMillis) {
                needed = Math.min(needed, peer.index());
            }
        }
        return Math.min(durable, Math.max(needed, floor));
    }
}
