package dev.mainstay.node.command;

/**
 * Who sent a batch, so that one that reaches the log twice is applied once.
 *
 * @param memberId the member that formed it, unsigned; 0 only in {@link #NONE}
 * @param session which life of that member; later lives have greater numbers
 * @param sequence counts the batches of a session from 1; a batch keeps its number however often it is sent
 */
public record BatchOrigin(long memberId, long session, long sequence) {

    /** A batch that is sent once at most. */
    public static final BatchOrigin NONE = new BatchOrigin(0, 0, 0);

    public boolean isNone() {
        return memberId == 0;
    }
}
