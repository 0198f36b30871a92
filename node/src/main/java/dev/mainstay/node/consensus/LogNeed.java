package dev.mainstay.node.consensus;

import java.util.List;

/**
 * How long the log is kept for peers that lag. A peer holds it back while the log it lacks is small and the peer is heard
 * of; beyond that it gets the whole state instead, and the disk doesn't fill up for it.
 *
 * @param maxBytes of log that is kept for a peer
 * @param maxSilenceMillis after which a peer counts as gone
 */
record LogNeed(long maxBytes, long maxSilenceMillis) {

    /** 512 MiB and 10 minutes. */
    static final LogNeed USUAL = new LogNeed(512L << 20, 600_000);

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
        long needed = durable;
        for (Peer peer : peers) {
            if (peer.silenceMillis() <= maxSilenceMillis) {
                needed = Math.min(needed, peer.index());
            }
        }
        return Math.min(durable, Math.max(needed, floor));
    }
}
