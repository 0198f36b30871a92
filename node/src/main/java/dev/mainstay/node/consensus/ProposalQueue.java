package dev.mainstay.node.consensus;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Commands that wait to be batched, bounded in bytes and number, and the window of batches under way. Any thread offers;
 * one thread takes. The taker is woken only when there is something to take and room for it in the window, so that a burst
 * of proposals costs one wake-up.
 *
 * <p>Lease and compaction commands overtake the others: a renewal that waits behind a flood of puts would expire keys.
 */
final class ProposalQueue {

    /** More batches under way than this gained nothing in measurements; fewer leave the disk idle during apply. */
    private static final int WINDOW_BATCHES = 2;

    private final RaftSettings.Batching bounds;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition takeable = lock.newCondition();
    private final Condition drained = lock.newCondition();
    private final ArrayDeque<Proposal> urgent = new ArrayDeque<>();
    private final ArrayDeque<Proposal> ordinary = new ArrayDeque<>();
    private final ArrayDeque<ProposalBatch> underWay = new ArrayDeque<>();
    private long bytes;
    private boolean inHand;
    private boolean open;
    private boolean stopping;
    private boolean closed;

    ProposalQueue(RaftSettings.Batching bounds) {
        this.bounds = bounds;
    }

    /** Null when the proposal was taken in, else why not. */
    @Nullable
    ErrorCode offer(Proposal proposal) {
        lock.lock();
        try {
            if (stopping) {
                return ErrorCode.STOPPED;
            }
            if (bytes + proposal.bytes > bounds.queueBytes() || waiting() >= bounds.queueCommands()) {
                return ErrorCode.TOO_MANY_REQUESTS;
            }
            boolean first = waiting() == 0;
            (isUrgent(proposal.command) ? urgent : ordinary).addLast(proposal);
            bytes += proposal.bytes;
            if (first && open && underWay.size() < WINDOW_BATCHES) {
                takeable.signal();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Lets batches leave, or holds them back while this member doesn't lead. */
    void open(boolean leading) {
        lock.lock();
        try {
            open = leading;
            takeable.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the next proposals that fit one batch; null when the queue was closed. Batcher thread. */
    @Nullable
    List<Proposal> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed && (!open || waiting() == 0 || underWay.size() >= WINDOW_BATCHES)) {
                takeable.await();
            }
            if (closed) {
                return null;
            }
            var taken = new ArrayList<Proposal>(Math.min(waiting(), bounds.batchCommands()));
            long size = 0;
            while (taken.size() < bounds.batchCommands()) {
                ArrayDeque<Proposal> from = urgent.isEmpty() ? ordinary : urgent;
                Proposal next = from.peekFirst();
                if (next == null || (!taken.isEmpty() && size + next.bytes > bounds.batchBytes())) {
                    break;
                }
                from.removeFirst();
                size += next.bytes;
                taken.add(next);
            }
            bytes -= size;
            inHand = true;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** The batch is on its way into the log. Batcher thread. */
    void departed(ProposalBatch batch) {
        lock.lock();
        try {
            underWay.addLast(batch);
            inHand = false;
        } finally {
            lock.unlock();
        }
    }

    /** The batch's fate is known: there is room for another. */
    void arrived(ProposalBatch batch) {
        lock.lock();
        try {
            underWay.remove(batch);
            wakeTaker();
        } finally {
            lock.unlock();
        }
    }

    /** The batch surely never reached the log: its proposals wait again, before all others. */
    void returned(ProposalBatch batch) {
        lock.lock();
        try {
            underWay.remove(batch);
            List<Proposal> proposals = batch.proposals();
            for (int i = proposals.size() - 1; i >= 0; i--) {
                Proposal proposal = proposals.get(i);
                if (!proposal.isDone()) {
                    ordinary.addFirst(proposal);
                    bytes += proposal.bytes;
                }
            }
            wakeTaker();
        } finally {
            lock.unlock();
        }
    }

    /** Removes and returns the waiting proposals whose time is over. */
    List<Proposal> expired(long nowNanos) {
        lock.lock();
        try {
            var expired = new ArrayList<Proposal>(0);
            expire(urgent, nowNanos, expired);
            expire(ordinary, nowNanos, expired);
            return expired;
        } finally {
            lock.unlock();
        }
    }

    /** The batches under way, oldest first. */
    List<ProposalBatch> underWay() {
        lock.lock();
        try {
            return List.copyOf(underWay);
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing in any more and waits, at most so long, until all that was taken in has left and arrived. */
    boolean drain(long timeoutMillis) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            stopping = true;
            long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (!closed && open && !isDrained() && left > 0) {
                left = drained.awaitNanos(left);
            }
            return isDrained();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the taker and returns the proposals that still waited. */
    List<Proposal> close() {
        lock.lock();
        try {
            stopping = true;
            closed = true;
            var left = new ArrayList<Proposal>(urgent);
            left.addAll(ordinary);
            urgent.clear();
            ordinary.clear();
            bytes = 0;
            takeable.signalAll();
            drained.signalAll();
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** Bytes of commands that wait to be batched. */
    long waitingBytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /** Commands without an answer: those that wait and those under way. */
    int pending() {
        lock.lock();
        try {
            int pending = waiting();
            for (ProposalBatch batch : underWay) {
                pending += batch.size();
            }
            return pending;
        } finally {
            lock.unlock();
        }
    }

    private void wakeTaker() {
        if (waiting() > 0) {
            takeable.signal();
        } else if (stopping && isDrained()) {
            drained.signalAll();
        }
    }

    private void expire(ArrayDeque<Proposal> queue, long nowNanos, List<Proposal> expired) {
        Proposal next;
        while ((next = queue.peekFirst()) != null && next.deadlineNanos - nowNanos <= 0) {
            queue.removeFirst();
            bytes -= next.bytes;
            expired.add(next);
        }
    }

    private boolean isDrained() {
        return waiting() == 0 && underWay.isEmpty() && !inHand;
    }

    private int waiting() {
        return urgent.size() + ordinary.size();
    }

    private static boolean isUrgent(Command command) {
        return command instanceof Command.Other;
    }
}
