package dev.mainstay.node.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * Bounds the bytes of range answers that are being built or wait for the network. Whoever needs more waits for others to be
 * sent; one answer at a time may go beyond the bound, so that the largest answer gets through however small the bound is.
 */
final class RangeBudget {

    private final long maxBytes;
    private final long maxAnswerBytes;
    private final long patienceNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private long usedBytes;
    private boolean beyond;

    /**
     * @param maxAnswerBytes the most one answer may take: more than {@code maxBytes}, which one answer at a time may exceed
     * @param patienceMillis how long an answer waits for its turn before it is given up
     */
    RangeBudget(long maxBytes, long maxAnswerBytes, long patienceMillis) {
        this.maxAnswerBytes = maxAnswerBytes;
        this.maxBytes = maxBytes;
        this.patienceNanos = TimeUnit.MILLISECONDS.toNanos(patienceMillis);
    }

    /** What one answer holds of the budget. Owned by the thread that builds it, then by the one that sends it. */
    final class Share implements IntConsumer {

        private long bytes;
        private boolean mayGoBeyond;

        private Share() {}

        /**
         * Takes more; waits if it must.
         *
         * @throws TooLargeException when this answer is larger than any may be
         * @throws ExhaustedException when others don't let go in time
         */
        @Override
        public void accept(int more) {
            if (bytes + more > maxAnswerBytes) {
                throw new TooLargeException();
            }
            lock.lock();
            try {
                long left = patienceNanos;
                while (!mayGoBeyond && usedBytes + more > maxBytes) {
                    if (!beyond) {
                        beyond = true;
                        mayGoBeyond = true;
                    } else if (left <= 0) {
                        throw new ExhaustedException();
                    } else {
                        left = freed.awaitNanos(left);
                    }
                }
                usedBytes += more;
                bytes += more;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ExhaustedException();
            } finally {
                lock.unlock();
            }
        }

        /** Gives everything back. */
        void release() {
            lock.lock();
            try {
                usedBytes -= bytes;
                bytes = 0;
                if (mayGoBeyond) {
                    mayGoBeyond = false;
                    beyond = false;
                }
                freed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A share that holds nothing yet. */
    Share share() {
        return new Share();
    }

    long usedBytes() {
        lock.lock();
        try {
            return usedBytes;
        } finally {
            lock.unlock();
        }
    }

    /** The answer is larger than what one may take. */
    static final class TooLargeException extends RuntimeException {

        private static final long serialVersionUID = 1;

        TooLargeException() {
            super("the range is too large for one answer", null, false, false);
        }
    }

    /** The answer can't be held in memory together with those that are on their way. */
    static final class ExhaustedException extends RuntimeException {

        private static final long serialVersionUID = 1;

        ExhaustedException() {
            super("range answers exceed their memory", null, false, false);
        }
    }
}
