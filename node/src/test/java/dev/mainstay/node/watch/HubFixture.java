package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.RevisionEvents;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** A hub without threads over a model store; time and every thread's turn are moved by hand. */
final class HubFixture {

    static final WatchLimits LIMITS =
            new WatchLimits(1 << 20, 1000, 1 << 16, 1 << 17, Duration.ofSeconds(1), 64, WatcherBounds.NONE);

    final ModelHistory history = new ModelHistory();
    final Queue<Runnable> catchUpThread = new ArrayDeque<>();
    final HubCore core;
    long nanos = Long.MAX_VALUE - 1_000_000;
    int encodings;
    int slow;
    int watchers;
    int eventsSent;

    HubFixture(WatchLimits limits) {
        this(limits, 0);
    }

    /** A hub that starts when the store has so many puts of {@code old}, of revisions 2, 3, ... */
    HubFixture(WatchLimits limits, int earlier) {
        for (int i = 0; i < earlier; i++) {
            history.write("old=" + (i + 2));
        }
        WatchMeter meter = new WatchMeter() {
            @Override
            public void slowWatchers(int count) {
                slow = count;
            }

            @Override
            public void watchers(int count) {
                watchers = count;
            }

            @Override
            public void eventsSent(int count) {
                eventsSent += count;
            }
        };
        core = new HubCore(
                limits, history, this::encode, meter, () -> nanos, new Random(1), catchUpThread::add, () -> {});
    }

    private Bytes encode(Event event, boolean previous) {
        encodings++;
        return Bytes.utf8(text(event, previous));
    }

    /**
     * The fixture's wire form: {@code key=value@revision}, {@code -key@revision} for a deletion, {@code <old value} where the
     * previous one is asked for.
     */
    static String text(Event event, boolean previous) {
        String key = event.kv().key().toString();
        String change = event.type() == Event.Type.PUT ? key + "=" + event.kv().value() : "-" + key;
        String before =
                previous && event.previous() != null ? "<" + event.previous().value() : "";
        return change + "@" + event.kv().modRevision() + before;
    }

    /** One committed revision, published. */
    RevisionEvents write(String... changes) {
        RevisionEvents written = history.write(changes);
        core.publish(List.of(written));
        return written;
    }

    /** Steps until nothing is left to do but to wait for time or clients. */
    void settle() {
        boolean idle = false;
        for (int i = 0; !idle; i++) {
            if (i > 100_000) {
                throw new AssertionError("the hub does not come to rest");
            }
            long wait = core.step();
            Runnable read = catchUpThread.poll();
            if (read != null) {
                read.run();
            }
            idle = wait > 0 && read == null && !core.hasWork();
        }
    }

    void pass(Duration time) {
        nanos += time.toNanos();
        settle();
    }
}
