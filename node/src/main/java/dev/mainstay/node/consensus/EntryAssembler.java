package dev.mainstay.node.consensus;

import dev.mainstay.node.command.CommandCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Makes entries of batches while this member leads, of its own and of those that others forward. An entry costs the same
 * whatever it holds: a batch becomes one at once while few are under way, else it waits, and all that wait become the next
 * one together. Any thread.
 */
final class EntryAssembler {

    /** One is replicated while the other is applied. */
    private static final int ENTRIES_UNDER_WAY = 2;

    /** Several times what nine members have under way. */
    private static final int MOST_WAITING = 128;

    private final EntryLog log;
    private final Predicate<EntryPart> mayGo;
    private final LongSupplier clusterMillis;
    private final RaftSettings.Batching bounds;
    private final Executor resumer;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean appending;
    private boolean resuming;

    /** A batch that waits for its entry; done when that was applied, or will not be as far as is known. */
    private static final class Waiting extends CompletableFuture<Void> {

        private final EntryPart part;
        private final byte[] body;

        Waiting(EntryPart part, byte[] body) {
            this.part = part;
            this.body = body;
        }
    }

    /**
     * @param mayGo whether a part that waited may still go into the log
     * @param clusterMillis cluster elapsed time, stamped into each entry
     * @param resumer makes the entry that waited for room; never given more than one task at a time
     */
    EntryAssembler(
            EntryLog log,
            Predicate<EntryPart> mayGo,
            LongSupplier clusterMillis,
            RaftSettings.Batching bounds,
            Executor resumer) {
        this.log = log;
        this.mayGo = mayGo;
        this.clusterMillis = clusterMillis;
        this.bounds = bounds;
        this.resumer = resumer;
    }

    /**
     * Takes a batch into the log.
     *
     * @param body its bytes
     * @return done when the batch was applied here; fails if it wasn't appended, or if nobody knows
     */
    CompletableFuture<Void> add(EntryPart part, byte[] body) {
        var added = new Waiting(part, body);
        lock.lock();
        try {
            if (waiting.size() >= MOST_WAITING) {
                return CompletableFuture.failedFuture(new IllegalStateException("too many batches wait for the log"));
            }
            waiting.addLast(added);
        } finally {
            lock.unlock();
        }
        appendWhatFits();
        return added;
    }

    /** Batches that wait for room in the log. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** One thread appends at a time; another's batch is seen by it before it goes. */
    private void appendWhatFits() {
        List<Waiting> parts = next(false);
        while (!parts.isEmpty()) {
            append(parts);
            parts = next(true);
        }
    }

    /** @param appends whether the caller is the thread that appends */
    private List<Waiting> next(boolean appends) {
        lock.lock();
        try {
            return appending && !appends ? List.of() : take();
        } finally {
            lock.unlock();
        }
    }

    /** The parts of the next entry, none if there is no room or nothing to take. Under the lock. */
    private List<Waiting> take() {
        var taken = new ArrayList<Waiting>(waiting.size());
        long bytes = 0;
        int commands = 0;
        while (underWay < ENTRIES_UNDER_WAY && !waiting.isEmpty()) {
            Waiting first = waiting.getFirst();
            bytes += first.body.length;
            commands += first.part.commands().size();
            if (!taken.isEmpty() && (bytes > bounds.batchBytes() || commands > bounds.batchCommands())) {
                break;
            }
            taken.add(waiting.removeFirst());
        }
        appending = !taken.isEmpty();
        underWay += appending ? 1 : 0;
        return taken;
    }

    private void append(List<Waiting> taken) {
        var parts = new ArrayList<EntryPart>(taken.size());
        var bodies = new ArrayList<byte[]>(taken.size());
        var gone = new ArrayList<Waiting>(taken.size());
        for (Waiting one : taken) {
            if (mayGo.test(one.part)) {
                parts.add(one.part);
                bodies.add(one.body);
                gone.add(one);
                BatchTrace trace = one.part.trace();
                if (trace != null) {
                    trace.appending();
                }
            } else {
                one.completeExceptionally(new IllegalStateException("not leader"));
            }
        }
        var _ = appended(parts, bodies).whenComplete((_, thrown) -> {
            arrived();
            for (Waiting one : gone) {
                if (thrown == null) {
                    one.complete(null);
                } else {
                    one.completeExceptionally(thrown);
                }
            }
        });
    }

    private CompletableFuture<?> appended(List<EntryPart> parts, List<byte[]> bodies) {
        if (parts.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        try {
            return log.append(parts, CommandCodec.entry(clusterMillis.getAsLong(), bodies));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** There is room for another entry. Not made here: this may be the thread that applies. */
    private void arrived() {
        boolean resume;
        lock.lock();
        try {
            underWay--;
            resume = !resuming && !appending && !waiting.isEmpty();
            resuming |= resume;
        } finally {
            lock.unlock();
        }
        if (resume) {
            resumer.execute(this::resume);
        }
    }

    private void resume() {
        lock.lock();
        try {
            resuming = false;
        } finally {
            lock.unlock();
        }
        appendWhatFits();
    }
}
