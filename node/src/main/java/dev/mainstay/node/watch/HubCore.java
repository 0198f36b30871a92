package dev.mainstay.node.watch;

import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.RevisionEvents;
import dev.mainstay.node.watch.HistorySource.History;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the hub thread does, one bounded {@link #step} after the other; tests take the steps by hand.
 *
 * <p>{@code hubNext} is the one cursor of all watchers that keep up: they have got everything below it. The others are
 * {@link Laggards} with cursors of their own, fed from the window where it reaches back far enough, else from history.
 * {@link #publish}, {@link #open} and {@link #note} may be called by any thread.
 */
final class HubCore {

    private static final int STREAMS_PER_STEP = 1024;

    /** How long requests wait for a revision to be published before the hub fetches it from history. */
    private static final long PATIENCE_NANOS = 20_000_000;

    private final WatchLimits limits;
    private final HistorySource history;
    private final WatchMeter meter;
    private final LongSupplier nanoClock;
    private final Runnable wake;
    private final RecentEvents window;
    private final Queue<HubStream> mailbox = new ConcurrentLinkedQueue<>();

    private final TargetIndex index = new TargetIndex();
    private final Laggards laggards = new Laggards();
    private final Delivery delivery;
    private final HistoryReads reads;
    private final ProgressNotices progress;
    private final WatcherRegistry registry;
    private final Set<HubStream> streams = new LinkedHashSet<>();

    /** Streams whose next request waits for the hub to get on. */
    private final Set<HubStream> early = new LinkedHashSet<>();

    private long hubNext;

    /** Whether the window has moved past the hub, so that it waits for history. */
    private boolean hubBehind;

    /** Whether, and since when, {@link #early} has been waiting without anything being published. */
    private boolean waiting;

    private long waitingSince;

    private long windowSweep;
    private long historySweep;

    HubCore(
            WatchLimits limits,
            HistorySource history,
            EventEncoder encoder,
            WatchMeter meter,
            LongSupplier nanoClock,
            RandomGenerator random,
            Executor catchUpThread,
            Runnable wake) {
        this.limits = limits;
        this.history = history;
        this.meter = meter;
        this.nanoClock = nanoClock;
        this.wake = wake;
        this.hubNext = history.revision() + 1;
        this.window = new RecentEvents(limits.windowBytes(), hubNext);
        this.delivery = new Delivery(index, laggards, encoder, new EventMessages(limits.fragmentBytes()));
        this.reads = new HistoryReads(history, limits, catchUpThread, nanoClock, wake);
        this.progress =
                new ProgressNotices(nanoClock, random, limits.progressInterval().toNanos());
        this.registry = new WatcherRegistry(limits.watchers(), meter, history, index, laggards, progress);
    }

    void publish(List<RevisionEvents> revisions) {
        window.append(revisions);
        wake.run();
    }

    WatchStream open(WatchSink sink) {
        return open(sink, new Object());
    }

    WatchStream open(WatchSink sink, Object owner) {
        HubStream stream = new HubStream(sink, owner, history, limits.maxPendingRequests(), this::note);
        stream.ready();
        return stream;
    }

    private void note(HubStream stream) {
        mailbox.add(stream);
        wake.run();
    }

    /** Whether a step would find something to do, timers aside. */
    boolean hasWork() {
        return !mailbox.isEmpty() || reads.hasArrived() || (window.end() > hubNext && !hubBehind);
    }

    /**
     * Does what there is to do, a bounded amount of it.
     *
     * @return nanoseconds until the next step is due at the latest; 0 when there is more to do
     */
    long step() {
        boolean more = attendStreams();
        more |= acceptHistory();
        more |= advance();
        long untilPatienceEnds = attendEarly();
        if (reads.isFree()) {
            readHistory();
        }
        more |= feedFromWindow();
        progress.answerHeld(hubNext);
        progress.tick(hubNext);
        report();
        return more ? 0 : Math.min(untilPatienceEnds, Math.min(progress.untilNextTick(), reads.restNanos()));
    }

    private boolean attendStreams() {
        for (int i = 0; i < STREAMS_PER_STEP; i++) {
            HubStream stream = mailbox.poll();
            if (stream == null) {
                return false;
            }
            stream.unnote();
            attend(stream);
        }
        return true;
    }

    private void attend(HubStream stream) {
        if (stream.gone) {
            return;
        }
        if (stream.isClosed()) {
            stream.gone = true;
            registry.drop(stream);
            early.remove(stream);
            streams.remove(stream);
            return;
        }
        streams.add(stream);
        if (registry.handle(stream, hubNext)) {
            early.add(stream);
        }
        laggards.resume(stream);
    }

    /**
     * Requests that wait for the hub to get on. Normally a revision that can be read is published at once; where it never
     * is, because the store was replaced as a whole, history has it.
     *
     * @return nanoseconds until the hub stops waiting; {@link Long#MAX_VALUE} when it doesn't wait
     */
    private long attendEarly() {
        early.removeIf(stream -> !registry.handle(stream, hubNext));
        if (early.isEmpty() || hubBehind || window.end() > hubNext) {
            waiting = false;
            return Long.MAX_VALUE;
        }
        if (!waiting) {
            waiting = true;
            waitingSince = nanoClock.getAsLong();
        }
        long left = waitingSince + PATIENCE_NANOS - nanoClock.getAsLong();
        hubBehind = left <= 0;
        return hubBehind ? Long.MAX_VALUE : left;
    }

    /** The next batch for all who keep up. */
    private boolean advance() {
        List<SharedRevision> batch = window.read(hubNext, Long.MAX_VALUE, limits.batchRevisions(), limits.batchBytes());
        hubBehind = batch == null;
        if (batch == null) {
            return false;
        }
        advance(batch);
        return window.end() > hubNext;
    }

    private void advance(List<SharedRevision> batch) {
        if (!batch.isEmpty()) {
            Invariant.check(
                    batch.getFirst().revision() == hubNext,
                    "gap in the events: revision %d follows %d",
                    batch.getFirst().revision(),
                    hubNext - 1);
            delivery.live(batch);
            hubNext = batch.getLast().revision() + 1;
        }
    }

    /** Starts the read of the next batch that the hub or, else, some who are behind need from history. */
    private void readHistory() {
        if (hubBehind) {
            reads.start(hubNext, true);
        } else if (laggards.count() > 0) {
            Long position = laggards.position(0, Math.min(window.first(), hubNext), historySweep);
            if (position != null) {
                reads.start(position, false);
            }
        }
    }

    /** The next batch for some who are not far behind; answers whether there may be more. */
    private boolean feedFromWindow() {
        if (laggards.count() == 0) {
            return false;
        }
        Long position = laggards.position(window.first(), Math.min(window.end(), hubNext), windowSweep);
        if (position == null) {
            return false;
        }
        List<SharedRevision> batch = window.read(position, hubNext, limits.batchRevisions(), limits.batchBytes());
        if (batch != null) {
            windowSweep = feed(position, batch.getLast().revision(), batch);
        }
        return true;
    }

    /** Feeds all who need something of the batch and answers where to look for the next position. */
    private long feed(long from, long through, List<SharedRevision> batch) {
        delivery.catchUp(batch, laggards.take(from, through), through, hubNext);
        return through + 2;
    }

    private boolean acceptHistory() {
        HistoryReads.Result result = reads.take();
        if (result == null) {
            return false;
        }
        switch (result.history()) {
            case null -> reads.rest();
            case History.Compacted(long compactRevision) -> overtaken(result, compactRevision);
            case History.Revisions(List<RevisionEvents> revisions) -> {
                List<SharedRevision> batch = share(revisions, result.forHub() ? Long.MAX_VALUE : hubNext);
                if (!result.forHub()) {
                    long through =
                            batch.isEmpty() ? hubNext - 1 : batch.getLast().revision();
                    historySweep = feed(result.from(), through, batch);
                } else if (batch.isEmpty()) {
                    reads.rest();
                } else {
                    advance(batch);
                }
            }
        }
        return true;
    }

    private static List<SharedRevision> share(List<RevisionEvents> revisions, long below) {
        List<SharedRevision> shared = new ArrayList<>(revisions.size());
        for (RevisionEvents revision : revisions) {
            if (revision.revision() < below) {
                shared.add(new SharedRevision(revision));
            }
        }
        return shared;
    }

    private void overtaken(HistoryReads.Result result, long compactRevision) {
        Invariant.check(
                compactRevision > result.from(),
                "history from %d refused though compacted only to %d",
                result.from(),
                compactRevision);
        if (result.forHub()) {
            for (HubStream stream : streams) {
                for (Watcher watcher : stream.watchers.values()) {
                    if (!watcher.lagging && watcher.next < compactRevision) {
                        watcher.next = Math.max(watcher.next, hubNext);
                        laggards.lag(watcher);
                    }
                }
            }
            hubNext = compactRevision;
        }
        for (Watcher watcher : laggards.take(0, compactRevision - 1)) {
            if (watcher.stream.isReady()) {
                registry.overtaken(watcher, compactRevision);
            } else {
                laggards.place(watcher);
            }
        }
    }

    private void report() {
        delivery.report(meter);
        meter.streams(streams.size());
        meter.watchers(registry.watchers());
        meter.slowWatchers(laggards.count());
        meter.windowBytes(window.bytes());
        meter.pendingRevisions(Math.max(0, window.end() - hubNext));
    }

    /** Ends every stream; nothing is sent any more. */
    void end() {
        streams.forEach(HubStream::close);
        @Nullable HubStream unseen = mailbox.poll();
        while (unseen != null) {
            unseen.close();
            unseen.unnote();
            unseen = mailbox.poll();
        }
    }
}
