package dev.mainstay.node.consensus;

import dev.mainstay.node.command.BatchOrigin;
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
 * <p>Lease and compaction commands overtake the others: a renewal that waits behind a flood of puts would expire keys. What
 * only a leader may propose travels in batches of its own, which end with the leadership. A batch whose fate is unknown
 * goes again, as the same batch. A command that nobody waits for any more when its turn comes isn't sent.
 */
final class ProposalQueue {

    /** More batches under way than this gained nothing in measurements; fewer leave the disk idle during apply. */
    private static final int WINDOW_BATCHES = 2;

    /**
     * How far a new batch may be ahead of the oldest one under way: half of what the replicated record of batches tells
     * apart.
     */
    private static final int MOST_AHEAD = 32;

    private final RaftSettings.Batching bounds;
    private final long memberId;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition takeable = lock.newCondition();
    private final Condition drained = lock.newCondition();
    private final Condition rerouted = lock.newCondition();
    private final ArrayDeque<Proposal> leadersOwn = new ArrayDeque<>();
    private final ArrayDeque<Proposal> urgent = new ArrayDeque<>();
    private final ArrayDeque<Proposal> ordinary = new ArrayDeque<>();
    /** Given up before they were sent: to be answered by the next sweep. */
    private final ArrayDeque<Proposal> givenUp = new ArrayDeque<>();

    private final ArrayDeque<ProposalBatch> underWay = new ArrayDeque<>();
    private final ArrayDeque<ProposalBatch> again = new ArrayDeque<>();
    private Route route = Route.NOWHERE;
    private long session;
    private long sequence;
    /** Which leadership of this member's it is. */
    private long office;

    private long bytes;
    private boolean stopping;
    private boolean closed;

    ProposalQueue(RaftSettings.Batching bounds, long memberId) {
        this.bounds = bounds;
        this.memberId = memberId;
    }

    /** Called once, before the first route: {@code number} is this life of the member, greater than its earlier ones. */
    void begin(long number) {
        lock.lock();
        try {
            session = number;
        } finally {
            lock.unlock();
        }
    }

    /** Null when the proposal was taken in, else why not. */
    @Nullable
    ErrorCode offer(Proposal proposal) {
        lock.lock();
        try {
            if (stopping) {
                return ErrorCode.STOPPED;
            }
            if (proposal.isLeadersOwn() && !(route instanceof Route.Here)) {
                // It would wait for this member's next leadership, whose clock may say otherwise.
                return ErrorCode.LEADER_CHANGED;
            }
            if (bytes + proposal.bytes > bounds.queueBytes() || waiting() + givenUp.size() >= bounds.queueCommands()) {
                return ErrorCode.TOO_MANY_REQUESTS;
            }
            boolean first = waiting() == 0;
            lineOf(proposal).addLast(proposal);
            bytes += proposal.bytes;
            if (first && isTakeable()) {
                takeable.signal();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * From now on batches go another way, those under way too: nobody knows what the old way made of them.
     *
     * @return what only the leader that this member no longer is could propose, taken out: to be refused
     */
    List<Proposal> reroute(Route other) {
        lock.lock();
        try {
            boolean same = route.equals(other);
            route = other;
            if (!same) {
                office++;
            }
            List<Proposal> refused = new ArrayList<>(0);
            if (!(other instanceof Route.Here)) {
                for (Proposal proposal : leadersOwn) {
                    bytes -= proposal.bytes;
                    refused.add(proposal);
                }
                leadersOwn.clear();
            }
            if (!same && !(other instanceof Route.Nowhere)) {
                rerouted.signalAll();
                for (ProposalBatch batch : underWay) {
                    batch.rerouted();
                    if (!again.contains(batch)) {
                        again.addLast(batch);
                    }
                }
            }
            takeable.signal();
            drained.signalAll();
            return refused;
        } finally {
            lock.unlock();
        }
    }

    /** The way a batch goes now: nowhere, if the leadership that it came from is over. */
    Route routeOf(ProposalBatch batch) {
        lock.lock();
        try {
            return batch.isLeadersOwn() && batch.office() != office ? Route.NOWHERE : route;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this member, as the leader that took it in, may append this part. */
    boolean leadsFor(EntryPart part) {
        return (part instanceof ProposalBatch own ? routeOf(own) : route()) instanceof Route.Here;
    }

    /** The way batches go now. */
    Route route() {
        lock.lock();
        try {
            return route;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a batch to send: one that goes again, or a new one; null when the queue was closed. Batcher thread. */
    @Nullable
    ProposalBatch take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                ProposalBatch batch = next();
                if (batch != null) {
                    return batch;
                }
                takeable.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** The same without waiting: null, too, while there is nothing to send. */
    @Nullable
    ProposalBatch poll() {
        lock.lock();
        try {
            return closed ? null : next();
        } finally {
            lock.unlock();
        }
    }

    /** Waits so long, or until batches go another way than now. Batcher thread. */
    void pause(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long now = office;
            long left = nanos;
            while (!closed && left > 0 && (now == office || route instanceof Route.Nowhere)) {
                left = rerouted.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Null while there is nothing to send that somebody waits for. */
    private @Nullable ProposalBatch next() {
        ProposalBatch batch = null;
        while (batch == null && isTakeable()) {
            batch = again.isEmpty() ? fresh() : again.removeFirst();
        }
        return batch;
    }

    /** Null if all that it looked at was given up. */
    private @Nullable ProposalBatch fresh() {
        var taken = new ArrayList<Proposal>(Math.min(waiting(), bounds.batchCommands()));
        boolean own = !leadersOwn.isEmpty();
        long size = 0;
        while (taken.size() < bounds.batchCommands()) {
            ArrayDeque<Proposal> from = own ? leadersOwn : urgent.isEmpty() ? ordinary : urgent;
            Proposal next = from.peekFirst();
            if (next == null || (!taken.isEmpty() && size + next.bytes > bounds.batchBytes())) {
                break;
            }
            from.removeFirst();
            bytes -= next.bytes;
            if (next.isAwaited()) {
                size += next.bytes;
                taken.add(next);
            } else {
                givenUp.addLast(next);
            }
        }
        if (taken.isEmpty()) {
            drained.signalAll();
            return null;
        }
        var batch = new ProposalBatch(taken, new BatchOrigin(memberId, session, ++sequence), own, office);
        underWay.addLast(batch);
        return batch;
    }

    /** The batch's fate is known: there is room for another. */
    void arrived(ProposalBatch batch) {
        lock.lock();
        try {
            underWay.remove(batch);
            again.remove(batch);
            if (stopping && isDrained()) {
                drained.signalAll();
            }
            if (isTakeable()) {
                takeable.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Nobody knows the batch's fate: it goes again, before all others. */
    void again(ProposalBatch batch) {
        lock.lock();
        try {
            if (underWay.contains(batch) && !again.contains(batch)) {
                again.addLast(batch);
                takeable.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The batch under way with this origin; null if it has arrived or isn't ours. */
    @Nullable
    ProposalBatch underWay(BatchOrigin origin) {
        if (origin.memberId() != memberId || origin.session() != session) {
            return null;
        }
        lock.lock();
        try {
            for (ProposalBatch batch : underWay) {
                if (batch.origin().sequence() == origin.sequence()) {
                    return batch;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Removes and returns the waiting proposals whose time is over, and those that were given up. */
    List<Proposal> expired(long nowNanos) {
        lock.lock();
        try {
            var expired = new ArrayList<Proposal>(givenUp);
            givenUp.clear();
            expire(leadersOwn, nowNanos, expired);
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
            while (!closed && !(route instanceof Route.Nowhere) && !isDrained() && left > 0) {
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
            var left = new ArrayList<Proposal>(givenUp);
            left.addAll(leadersOwn);
            left.addAll(urgent);
            left.addAll(ordinary);
            givenUp.clear();
            leadersOwn.clear();
            urgent.clear();
            ordinary.clear();
            bytes = 0;
            takeable.signalAll();
            drained.signalAll();
            rerouted.signalAll();
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

    private boolean isTakeable() {
        if (route instanceof Route.Nowhere) {
            return false;
        }
        if (!again.isEmpty()) {
            return true;
        }
        ProposalBatch oldest = underWay.peekFirst();
        return waiting() > 0
                && underWay.size() < WINDOW_BATCHES
                && (oldest == null || sequence - oldest.origin().sequence() < MOST_AHEAD);
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
        return waiting() == 0 && underWay.isEmpty();
    }

    private int waiting() {
        return leadersOwn.size() + urgent.size() + ordinary.size();
    }

    private ArrayDeque<Proposal> lineOf(Proposal proposal) {
        if (proposal.isLeadersOwn()) {
            return leadersOwn;
        }
        return proposal.command instanceof Command.Other ? urgent : ordinary;
    }
}
