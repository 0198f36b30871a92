package dev.mainstay.node.leader;

import dev.mainstay.node.mvcc.Compactor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Removes what compaction made unreadable, on every member, step by step with pauses in between; where it was interrupted
 * it goes on after a restart. Any thread; the steps themselves run one at a time on the scheduler's threads.
 */
public final class CompactionKeeper implements AutoCloseable {

    /** How soon a compaction that nobody waits for is begun. */
    private static final long IDLE_MILLIS = 1_000;

    private final Compactor compactor;
    private final CompactionPace pace;
    private final Scheduler scheduler;
    private final CompactionMeter meter;
    private final Scheduler.Rhythm idle;
    private final PriorityQueue<Wait> waits = new PriorityQueue<>(Comparator.comparingLong(Wait::revision));
    private Scheduler.@Nullable Rhythm busy;
    private volatile Runnable ended = () -> {};
    private boolean closed;

    private record Wait(long revision, CompletableFuture<Void> done) {}

    public CompactionKeeper(Compactor compactor, CompactionPace pace, Scheduler scheduler, CompactionMeter meter) {
        this.compactor = compactor;
        this.meter = meter;
        this.pace = pace;
        this.scheduler = scheduler;
        this.idle = scheduler.every(IDLE_MILLIS, this::wake);
    }

    /**
     * Waits until a compaction that this member has applied is carried out.
     *
     * @return completed on a thread of the scheduler; cancelled when this keeper closes first
     */
    public CompletableFuture<Void> whenDone(long revision) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                done.cancel(false);
                return done;
            }
            waits.add(new Wait(revision, done));
        }
        wake();
        return done;
    }

    /** Sets what is run, on a thread of the scheduler, whenever all is removed that a compaction allows. */
    public void afterEach(Runnable listener) {
        ended = listener;
    }

    @Override
    public void close() {
        List<Wait> left;
        synchronized (this) {
            closed = true;
            idle.close();
            if (busy != null) {
                busy.close();
                busy = null;
            }
            left = new ArrayList<>(waits);
            waits.clear();
        }
        left.forEach(wait -> wait.done().cancel(false));
    }

    /** Looks whether there is work, and if so stays at it. */
    private synchronized void wake() {
        if (!closed && busy == null) {
            busy = scheduler.every(pace.pauseMillis(), this::step);
        }
    }

    private void step() {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        long before = compactor.doneRevision();
        boolean more = meter.take(() -> compactor.step(pace.maxEntries()));
        if (compactor.doneRevision() > before) {
            ended.run();
        }
        List<Wait> served = new ArrayList<>();
        synchronized (this) {
            while (!waits.isEmpty() && waits.element().revision() <= compactor.doneRevision()) {
                served.add(waits.remove());
            }
            if (!more && waits.isEmpty() && busy != null) {
                busy.close();
                busy = null;
            }
        }
        served.forEach(wait -> wait.done().complete(null));
    }
}
