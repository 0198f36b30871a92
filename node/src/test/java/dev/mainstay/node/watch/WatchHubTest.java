package dev.mainstay.node.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.RevisionEvents;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The hub with its threads, and how fast it is. */
class WatchHubTest {

    private static final int EVENTS_PER_RUN = 1_000_000;

    /** A store that only knows how far it is. */
    private static final class Position implements HistorySource {
        final AtomicLong revision = new AtomicLong(1);

        @Override
        public long revision() {
            return revision.get();
        }

        @Override
        public long compactRevision() {
            return -1;
        }

        @Override
        public History read(long fromRevision, int maxRevisions, long maxBytes) {
            throw new AssertionError("nothing is behind here");
        }
    }

    /** Counts events until all have come. */
    private static final class CountingSink implements WatchSink {
        final CountDownLatch created;
        final AtomicLong events;

        CountingSink(CountDownLatch created, AtomicLong events) {
            this.created = created;
            this.events = events;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void send(WatchReply reply) {
            if (reply instanceof WatchReply.Created) {
                created.countDown();
            } else if (reply instanceof WatchReply.Events sent) {
                events.addAndGet(sent.events().size());
            }
        }
    }

    private final Position position = new Position();
    private final AtomicLong encodings = new AtomicLong();
    private final AtomicLong delivered = new AtomicLong();

    private WatchHub start(HistorySource history) {
        return WatchHub.start(
                WatchLimits.DEFAULT,
                history,
                (event, _) -> {
                    encodings.incrementAndGet();
                    return event.kv().value();
                },
                WatchMeter.NONE,
                System::nanoTime,
                new Random(1));
    }

    private RevisionEvents put(String key) {
        long revision = position.revision.incrementAndGet();
        KeyValue kv = new KeyValue(Bytes.utf8(key), revision, revision, 1, Bytes.utf8("value"), 0);
        return new RevisionEvents(revision, List.of(new Event(Event.Type.PUT, kv, null)));
    }

    private void await(long events) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (delivered.get() < events) {
            assertThat(System.nanoTime())
                    .as("%d of %d came", delivered.get(), events)
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(1);
        }
        assertThat(delivered.get()).isEqualTo(events);
    }

    private void measure(String what, int watchers, int revisions, Function<Integer, WatchSpec> spec, boolean singly)
            throws InterruptedException {
        try (WatchHub hub = start(position)) {
            CountDownLatch created = new CountDownLatch(watchers);
            for (int i = 0; i < watchers; i++) {
                hub.open(new CountingSink(created, delivered)).create(spec.apply(i));
            }
            assertThat(created.await(30, TimeUnit.SECONDS)).isTrue();
            long start = System.nanoTime();
            long expected = delivered.get();
            int perRevision = spec.apply(0).rangeEnd().isEmpty() ? 1 : watchers;
            for (int i = 0; i < revisions; i++) {
                hub.publish(List.of(put("key" + i % watchers)));
                expected += perRevision;
                if (singly) {
                    while (delivered.get() < expected) {
                        Thread.onSpinWait();
                    }
                }
            }
            await(expected);
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf(
                    "%s: %d watchers, %d revisions, %.0f events/s%n",
                    what, watchers, revisions, (double) revisions * perRevision / seconds);
        }
    }

    @Test
    void oneRangeWithManyWatchersIsEncodedOnceAndFast() throws InterruptedException {
        Function<Integer, WatchSpec> everything = _ -> WatchSpecs.range("key", "kez");
        measure("fan-out, one put at a time", 1000, EVENTS_PER_RUN / 1000, everything, true);
        assertThat(encodings.get()).isEqualTo(EVENTS_PER_RUN / 1000);
        measure("fan-out, a stream of puts", 1000, EVENTS_PER_RUN / 1000, everything, false);
    }

    @Test
    void manyWatchersOfDistinctKeysCostLittle() throws InterruptedException {
        measure("distinct keys", 10_000, 50_000, i -> WatchSpecs.key("key" + i), false);
    }

    @Test
    void aClosedHubSendsNothingMore() throws InterruptedException {
        WatchHub hub = start(position);
        CountDownLatch created = new CountDownLatch(1);
        hub.open(new CountingSink(created, delivered)).create(WatchSpecs.key("a"));
        assertThat(created.await(10, TimeUnit.SECONDS)).isTrue();
        hub.close();
        hub.close();
        hub.publish(List.of(put("a")));

        assertThat(delivered.get()).isZero();
    }

    @Test
    void failedReadsAreTriedAgain() throws InterruptedException {
        ModelHistory model = new ModelHistory();
        model.write("a=1");
        AtomicLong attempts = new AtomicLong();
        HistorySource flaky = new HistorySource() {
            @Override
            public long revision() {
                return model.revision();
            }

            @Override
            public long compactRevision() {
                return model.compactRevision();
            }

            @Override
            public History read(long fromRevision, int maxRevisions, long maxBytes) {
                if (attempts.incrementAndGet() == 1) {
                    throw new IllegalStateException("disk is away");
                }
                return model.read(fromRevision, maxRevisions, maxBytes);
            }
        };
        try (WatchHub hub = start(flaky)) {
            hub.open(new CountingSink(new CountDownLatch(1), delivered))
                    .create(WatchSpecs.starting(WatchSpecs.key("a"), 2));
            await(1);
        }
        assertThat(attempts.get()).isEqualTo(2);
    }
}
