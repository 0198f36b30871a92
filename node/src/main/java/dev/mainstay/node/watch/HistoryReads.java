package dev.mainstay.node.watch;

import dev.mainstay.node.watch.HistorySource.History;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads history for the hub on the catch-up thread, one batch at a time: at most one batch is in memory whatever the number
 * of watchers that are behind. Used by the hub thread; only the read itself happens elsewhere.
 */
final class HistoryReads {

    private static final System.Logger LOG = System.getLogger(HistoryReads.class.getName());
    private static final long RETRY_NANOS = 100_000_000;

    /**
     * What a read brought.
     *
     * @param forHub whether the hub itself was behind, or some watchers
     * @param history {@code null} when the read failed
     */
    record Result(long from, boolean forHub, @Nullable History history) {}

    private final HistorySource source;
    private final WatchLimits limits;
    private final Executor thread;
    private final LongSupplier nanoClock;
    private final Runnable wake;
    private final AtomicReference<@Nullable Result> arrived = new AtomicReference<>();
    private boolean busy;
    private boolean resting;
    private long restUntil;

    HistoryReads(HistorySource source, WatchLimits limits, Executor thread, LongSupplier nanoClock, Runnable wake) {
        this.source = source;
        this.limits = limits;
        this.thread = thread;
        this.nanoClock = nanoClock;
        this.wake = wake;
    }

    /** Whether a read may start now. */
    boolean isFree() {
        if (resting && nanoClock.getAsLong() - restUntil >= 0) {
            resting = false;
        }
        return !busy && !resting;
    }

    /** Waits a little before the next read, after one that led nowhere. */
    void rest() {
        resting = true;
        restUntil = nanoClock.getAsLong() + RETRY_NANOS;
    }

    /** How long until reads go on after a rest; {@link Long#MAX_VALUE} when they don't rest. */
    long restNanos() {
        return resting ? Math.max(1, restUntil - nanoClock.getAsLong()) : Long.MAX_VALUE;
    }

    void start(long from, boolean forHub) {
        busy = true;
        thread.execute(() -> {
            arrived.set(new Result(from, forHub, read(from)));
            wake.run();
        });
    }

    private @Nullable History read(long from) {
        try {
            return source.read(from, limits.batchRevisions(), limits.batchBytes());
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "reading history for watchers failed, will try again", e);
            return null;
        }
    }

    boolean hasArrived() {
        return arrived.get() != null;
    }

    @Nullable
    Result take() {
        if (arrived.get() == null) {
            return null;
        }
        Result result = arrived.getAndSet(null);
        if (result != null) {
            busy = false;
        }
        return result;
    }
}
