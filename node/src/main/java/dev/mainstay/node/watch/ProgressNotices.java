package dev.mainstay.node.watch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Tells clients how far their watchers are: on request, once all watchers of the stream are in sync, and now and then to
 * idle watchers that asked for it. Owned by the hub thread.
 *
 * <p>A notice says {@code hubNext - 1}. It is sent only when nothing up to there is owed, after all events it covers.
 */
final class ProgressNotices {

    private final LongSupplier nanoClock;
    private final RandomGenerator random;
    private final long intervalNanos;
    private final Set<HubStream> held = new LinkedHashSet<>();
    private final PriorityQueue<HubStream> ticks;

    ProgressNotices(LongSupplier nanoClock, RandomGenerator random, long intervalNanos) {
        this.nanoClock = nanoClock;
        this.random = random;
        this.intervalNanos = intervalNanos;
        long origin = nanoClock.getAsLong();
        this.ticks = new PriorityQueue<>(Comparator.comparingLong(stream -> stream.tickAt - origin));
    }

    /** A client asked, when the store was at {@code floor}. Answered at once if possible, else as soon as it is. */
    void request(HubStream stream, long floor, long hubNext) {
        if (stream.heldFrom == HubStream.NOTHING_HELD) {
            stream.heldFrom = floor;
        }
        stream.heldTo = floor;
        if (!answer(stream, hubNext)) {
            held.add(stream);
        }
    }

    /** Answers the requests that can be answered now. */
    void answerHeld(long hubNext) {
        if (!held.isEmpty()) {
            held.removeIf(stream -> answer(stream, hubNext));
        }
    }

    /** Whether nothing is held for the stream any more. */
    private static boolean answer(HubStream stream, long hubNext) {
        if (stream.watchers.isEmpty() || stream.gone) {
            stream.heldFrom = HubStream.NOTHING_HELD;
            return true;
        }
        long revision = hubNext - 1;
        if (stream.heldFrom > revision
                || stream.lagging > 0
                || stream.progressNotBefore > revision
                || !stream.isReady()
                || !allStarted(stream, revision)) {
            return false;
        }
        stream.send(new WatchReply.Progress(WatchReply.NO_WATCH_ID, revision));
        boolean done = stream.heldTo <= revision;
        stream.heldFrom = done ? HubStream.NOTHING_HELD : stream.heldTo;
        return done;
    }

    private static boolean allStarted(HubStream stream, long revision) {
        long latest = 0;
        for (Watcher watcher : stream.watchers.values()) {
            latest = Math.max(latest, watcher.start);
        }
        stream.progressNotBefore = latest;
        return latest <= revision;
    }

    /** A watcher wants periodic notices. */
    void add(Watcher watcher) {
        HubStream stream = watcher.stream;
        stream.notified++;
        if (stream.notified == 1) {
            schedule(stream);
        }
    }

    /** A watcher that wanted periodic notices has gone. */
    void remove(Watcher watcher) {
        HubStream stream = watcher.stream;
        stream.notified--;
        if (stream.notified == 0) {
            ticks.remove(stream);
        }
    }

    void forget(HubStream stream) {
        held.remove(stream);
        ticks.remove(stream);
    }

    private void schedule(HubStream stream) {
        long jitter = random.nextLong(intervalNanos / 10 + 1);
        stream.tickAt = nanoClock.getAsLong() + intervalNanos + jitter;
        ticks.add(stream);
    }

    /** Sends the periodic notices that are due. */
    void tick(long hubNext) {
        long now = nanoClock.getAsLong();
        List<HubStream> due = new ArrayList<>();
        for (HubStream first = ticks.peek(); first != null && first.tickAt - now <= 0; first = ticks.peek()) {
            ticks.remove();
            due.add(first);
        }
        for (HubStream stream : due) {
            for (Watcher watcher : stream.watchers.values()) {
                if (watcher.progressNotify) {
                    tick(watcher, hubNext - 1);
                }
            }
            schedule(stream);
        }
    }

    private static void tick(Watcher watcher, long revision) {
        if (watcher.busy) {
            watcher.busy = false;
        } else if (!watcher.lagging && watcher.start <= revision && watcher.stream.isReady()) {
            watcher.stream.send(new WatchReply.Progress(watcher.id, revision));
        }
    }

    /** Nanoseconds until {@link #tick} has something to do; {@link Long#MAX_VALUE} when there is nothing. */
    long untilNextTick() {
        HubStream first = ticks.peek();
        return first == null ? Long.MAX_VALUE : Math.max(0, first.tickAt - nanoClock.getAsLong());
    }
}
