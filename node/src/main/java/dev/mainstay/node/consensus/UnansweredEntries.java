package dev.mainstay.node.consensus;

import java.util.concurrent.TimeUnit;

/**
 * Notices entries that were sent to a follower, aren't committed, and whose answer will not come: it was lost with the
 * connection, or said less than was asked for ({@link FlushedAnswers}). After a broken connection Ratis takes it that
 * the follower has what was sent, and relies on the next entry to find out. If the follower does have it, heartbeats fit
 * and say nothing; and the next entry never comes, since this member lets only a few be under way, and a new leader
 * takes no writes before its first entry is committed. Nobody could write until another leader came.
 *
 * <p>An entry that the follower has already is compared and not written again. Not thread-safe.
 */
final class UnansweredEntries {

    /** An answer is taken out of those awaited a moment before it counts; and a slow disk is not to be asked in a loop. */
    static final int PATIENCE_MILLIS = 10;

    private boolean waiting;
    private long sinceNanos;

    /**
     * @param lastSent the last entry sent
     * @param lastKnown the last that is known to have arrived, or is committed without it
     * @param underWay whether an answer is still awaited
     * @return whether what lies between is to be sent again
     */
    boolean isOverdue(long nowNanos, long lastSent, long lastKnown, boolean underWay) {
        if (underWay || lastSent <= lastKnown) {
            waiting = false;
            return false;
        }
        if (!waiting) {
            waiting = true;
            sinceNanos = nowNanos;
        }
        return nowNanos - sinceNanos >= TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    }

    /** Whether entries are unanswered, overdue or not yet, as of the last look. */
    boolean isWaiting() {
        return waiting;
    }

    /** They are being sent again. */
    void sentAgain() {
        waiting = false;
    }
}
