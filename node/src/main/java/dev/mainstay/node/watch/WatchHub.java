package dev.mainstay.node.watch;

import dev.mainstay.node.apply.CommittedEvents;
import dev.mainstay.node.common.RevisionEvents;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Feeds watchers with committed changes: every event at or above a watcher's start once, in order, whole revisions
 * together, or a message that says that compaction took them.
 *
 * <p><b>Threads.</b> The apply thread calls {@link #publish}, which appends to the window of recent events and never waits
 * for anybody. The hub thread does all matching, encoding and sending; it never blocks. The catch-up thread reads history
 * from the store. Transports call {@link WatchStream} on threads of their own.
 *
 * <p><b>Slow clients.</b> A watcher has no queue, only a cursor. While its client does not read, nothing is kept for it;
 * afterwards it goes on from the window or, where that has moved on, from history, sharing what is read with other watchers
 * nearby.
 *
 * <p><b>Memory</b> is at most {@code windowBytes + 2 × 3 × max(batchBytes, the largest revision) + watchers × ~500 B +
 * streams × (~1 kB + maxPendingRequests × the size of a create request)}, however many watchers are slow and however far
 * behind they are: the window; one batch from history on its way and one being matched, each up to threefold by its encoded
 * forms; and the watchers themselves. What transports buffer comes on top: for each stream at most what was handed over
 * between two looks at its readiness, one message (or fragment chain) of up to {@code max(batchBytes, one revision)}, whose
 * encoded events streams share.
 */
public final class WatchHub implements CommittedEvents, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(WatchHub.class.getName());

    private final ExecutorService catchUpThread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("watch-catch-up").daemon().factory());
    private final HubCore core;
    private final Thread thread;
    private volatile boolean idle;
    private volatile boolean closed;

    private WatchHub(
            WatchLimits limits,
            HistorySource history,
            EventEncoder encoder,
            WatchMeter meter,
            LongSupplier nanoClock,
            RandomGenerator random) {
        this.core = new HubCore(limits, history, encoder, meter, nanoClock, random, catchUpThread, this::wake);
        this.thread = Thread.ofPlatform().name("watch-hub").daemon().unstarted(this::run);
    }

    /**
     * Starts the hub's threads. What the store holds by now counts as history; everything later must be published.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     * @param random for the jitter of progress intervals
     */
    public static WatchHub start(
            WatchLimits limits,
            HistorySource history,
            EventEncoder encoder,
            WatchMeter meter,
            LongSupplier nanoClock,
            RandomGenerator random) {
        WatchHub hub = new WatchHub(limits, history, encoder, meter, nanoClock, random);
        hub.thread.start();
        return hub;
    }

    /** Opens a stream that is its owner's only one; any thread. */
    public WatchStream open(WatchSink sink) {
        return core.open(sink);
    }

    /**
     * Opens a stream; any thread.
     *
     * @param owner whom its watchers count for, among those of other streams of the same owner
     */
    public WatchStream open(WatchSink sink, Object owner) {
        return core.open(sink, owner);
    }

    @Override
    public void publish(List<RevisionEvents> revisions) {
        core.publish(revisions);
    }

    private void wake() {
        if (idle) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        try {
            while (!closed) {
                long nanos = core.step();
                if (nanos > 0) {
                    idle = true;
                    if (!closed && !core.hasWork()) {
                        LockSupport.parkNanos(this, nanos);
                    }
                    idle = false;
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the watch hub has stopped: watchers get nothing any more", e);
            throw e;
        } finally {
            core.end();
        }
    }

    /** Ends every stream without a word and stops the threads; safe to call twice. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        catchUpThread.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
