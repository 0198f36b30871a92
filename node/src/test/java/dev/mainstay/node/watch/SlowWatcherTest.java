package dev.mainstay.node.watch;

import static dev.mainstay.node.watch.WatchSpecs.key;
import static dev.mainstay.node.watch.WatchSpecs.range;
import static dev.mainstay.node.watch.WatchSpecs.starting;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowWatcherTest {

    /** A window of about ten small revisions. */
    private static final WatchLimits SMALL =
            new WatchLimits(3_400, 100, 1 << 16, 1 << 17, Duration.ofSeconds(1), 64, WatcherBounds.NONE);

    private final HubFixture hub = new HubFixture(SMALL);
    private final RecordingSink sink = new RecordingSink();
    private final WatchStream stream = hub.core.open(sink);

    private void write(int count) {
        for (int i = 0; i < count; i++) {
            hub.write("a=" + hub.history.revision());
            hub.settle();
        }
    }

    private void create() {
        stream.create(key("a"));
        hub.settle();
        sink.take();
    }

    @Test
    void aClientThatStopsReadingGoesOnFromTheWindow() {
        create();
        sink.credit = 1;
        write(4);
        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]");
        assertThat(hub.slow).isEqualTo(1);

        sink.credit = 9;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @5 [a=2@3, a=3@4, a=4@5]");
        assertThat(hub.slow).isZero();
        assertThat(hub.history.reads).isZero();
    }

    @Test
    void whenTheWindowHasMovedOnItGoesOnFromHistory() {
        create();
        sink.credit = 0;
        write(250);
        assertThat(hub.history.reads).isZero();

        sink.credit = 99;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).hasSize(3).allMatch(text -> text.startsWith("events 0 @251 ["));
        assertThat(hub.history.reads).isEqualTo(3);
        write(1);
        assertThat(sink.take()).containsExactly("events 0 @252 [a=251@252]");
    }

    @Test
    void compactionOvertakesOnlyWhoNeedsWhatIsGone() {
        create();
        stream.create(key("b"));
        hub.settle();
        sink.take();
        sink.credit = 0;
        write(50);
        hub.history.compact(30);
        sink.credit = 99;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).containsExactly("compacted 0 30");

        hub.write("b=1");
        hub.settle();
        assertThat(sink.take()).containsExactly("events 1 @52 [b=1@52]");
    }

    @Test
    void watchersNearEachOtherShareReads() {
        write(250);
        List<RecordingSink> sinks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            RecordingSink other = new RecordingSink();
            sinks.add(other);
            hub.core.open(other).create(starting(range("a", "b"), 2 + i % 20));
        }
        hub.settle();

        assertThat(sinks).allSatisfy(other -> assertThat(other.take().getLast()).endsWith("a=250@251]"));
        assertThat(hub.history.reads).isLessThanOrEqualTo(5);
        assertThat(hub.encodings).isLessThanOrEqualTo(3 * 250);
    }

    @Test
    void aRevisionLargerThanTheWindowReachesAllThroughHistory() {
        create();
        hub.write("a=" + "x".repeat(5_000));
        hub.write("a=2");
        hub.settle();

        assertThat(sink.take()).hasSize(1).first().asString().endsWith("x@2, a=2@3]");
        assertThat(hub.history.reads).isEqualTo(1);
        assertThat(hub.slow).isZero();
    }

    @Test
    void theWindowStaysWithinItsBytes() {
        RecentEvents window = new RecentEvents(10_000, 2);
        for (int i = 0; i < 500; i++) {
            window.append(List.of(hub.history.write("a=" + "v".repeat(i))));
            List<SharedRevision> held = window.read(window.first(), Long.MAX_VALUE, 1000, Long.MAX_VALUE);
            assertThat(held).isNotNull();
            assertThat(held.stream().mapToLong(SharedRevision::footprint).sum()).isLessThanOrEqualTo(10_000);
            assertThat(window.end()).isEqualTo(hub.history.revision() + 1);
        }
    }

    @Test
    void messagesOfOneWhoIsBehindAreBounded() {
        create();
        sink.credit = 0;
        for (int i = 0; i < 300; i++) {
            hub.write("a=" + "v".repeat(1_000));
            hub.settle();
        }
        sink.credit = 999;
        stream.ready();
        hub.settle();

        assertThat(sink.take()).hasSizeBetween(5, 20).allMatch(text -> text.length() < 70_000);
    }
}
