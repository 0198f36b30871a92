package dev.mainstay.node.watch;

import static dev.mainstay.node.watch.WatchSpecs.filtered;
import static dev.mainstay.node.watch.WatchSpecs.fragmented;
import static dev.mainstay.node.watch.WatchSpecs.key;
import static dev.mainstay.node.watch.WatchSpecs.range;
import static dev.mainstay.node.watch.WatchSpecs.starting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.node.common.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchEventsTest {

    private final HubFixture hub = new HubFixture(HubFixture.LIMITS);
    private final RecordingSink sink = new RecordingSink();
    private final WatchStream stream = hub.core.open(sink);

    private void create(WatchSpec spec) {
        stream.create(spec);
        hub.settle();
        sink.take();
    }

    @Test
    void eventsOfOneRevisionComeTogetherAndInOrder() {
        create(range("a", "z"));
        hub.write("c=1", "a=1", "b=1");
        hub.settle();
        hub.write("b", "a=2");
        hub.settle();

        assertThat(sink.take()).containsExactly("events 0 @2 [c=1@2, a=1@2, b=1@2]", "events 0 @3 [-b@3, a=2@3]");
    }

    @Test
    void filtersLeaveOutAndSendNothingWhenNothingIsLeft() {
        create(filtered(key("a"), true, false, false));
        create(filtered(key("a"), false, true, false));
        create(filtered(key("a"), true, true, false));
        hub.write("a=1");
        hub.settle();
        hub.write("a");
        hub.settle();

        assertThat(sink.take()).containsExactly("events 1 @2 [a=1@2]", "events 0 @3 [-a@3]");
    }

    @Test
    void previousValuesComeWhereAskedFor() {
        create(filtered(key("a"), false, false, true));
        create(key("a"));
        hub.write("a=1");
        hub.write("a=2");
        hub.write("a");
        hub.settle();

        assertThat(sink.take())
                .containsExactlyInAnyOrder("events 0 @4 [a=1@2, a=2@3<1, -a@4<2]", "events 1 @4 [a=1@2, a=2@3, -a@4]");
    }

    @Test
    void eachFormOfAnEventIsEncodedOnceForAllWatchers() {
        for (int i = 0; i < 60; i++) {
            create(filtered(range("a", "b"), false, false, i % 2 == 0));
        }
        hub.write("ab=1");
        hub.settle();
        assertThat(hub.encodings).isEqualTo(1);

        hub.write("ab=2");
        hub.settle();
        assertThat(hub.encodings).isEqualTo(3);
        assertThat(sink.take()).hasSize(120);
        assertThat(hub.eventsSent).isEqualTo(120);
    }

    @Test
    void largeRevisionIsCutWhereAllowedWithNothingInBetween() {
        WatchLimits small = new WatchLimits(
                1 << 20, 1000, 1 << 16, 100, HubFixture.LIMITS.progressInterval(), 64, WatcherBounds.NONE);
        HubFixture cutting = new HubFixture(small);
        WatchStream cut = cutting.core.open(sink);
        cut.create(fragmented(range("a", "z")));
        cut.create(range("a", "z"));
        cutting.settle();
        sink.take();

        cutting.write(
                "a=0123456789", "b=0123456789", "c=0123456789", "d=01234567890123456789012345678901234567890123456789");
        cutting.settle();

        assertThat(sink.take())
                .containsExactly(
                        "events 0 @2 [a=0123456789@2, b=0123456789@2]...",
                        "events 0 @2 [c=0123456789@2]...",
                        "events 0 @2 [d=01234567890123456789012345678901234567890123456789@2]",
                        "events 1 @2 [a=0123456789@2, b=0123456789@2, c=0123456789@2,"
                                + " d=01234567890123456789012345678901234567890123456789@2]");
    }

    @Test
    void oneEventIsNeverCut() {
        WatchLimits small = new WatchLimits(
                1 << 20, 1000, 1 << 16, 70, HubFixture.LIMITS.progressInterval(), 64, WatcherBounds.NONE);
        HubFixture cutting = new HubFixture(small);
        WatchStream cut = cutting.core.open(sink);
        cut.create(fragmented(key("a")));
        cutting.settle();
        cutting.write("a=0123456789012345678901234567890123456789");
        cutting.settle();

        assertThat(sink.take()).element(1).isEqualTo("events 0 @2 [a=0123456789012345678901234567890123456789@2]");
    }

    @Test
    void sizeInAMessageCountsTagAndLength() {
        assertThat(List.of(0, 1, 127, 128, 16383, 16384, 2097151, 2097152))
                .map(length -> EventMessages.size(Bytes.wrap(new byte[length])) - length)
                .containsExactly(2L, 2L, 2L, 3L, 3L, 4L, 4L, 5L);
    }

    @Test
    void nothingComesAfterACancel() {
        create(key("a"));
        hub.write("a=1");
        stream.cancel(0);
        hub.settle();
        hub.write("a=2");
        hub.settle();

        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]", "cancelled 0 @2");
        assertThat(hub.watchers).isZero();
    }

    @Test
    void closingAStreamEndsItsWatchersOnly() {
        RecordingSink other = new RecordingSink();
        hub.core.open(other).create(range("a", "z"));
        create(range("a", "z"));
        create(key("a"));
        stream.close();
        stream.close();
        hub.write("a=1");
        hub.settle();

        assertThat(sink.take()).isEmpty();
        assertThat(other.take()).containsExactly("created 0 @1", "events 0 @2 [a=1@2]");
        assertThat(hub.watchers).isEqualTo(1);
    }

    @Test
    void aTransportThatThrowsLosesItsStreamOnly() {
        WatchSink broken = new WatchSink() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void send(WatchReply reply) {
                throw new IllegalStateException("connection lost");
            }
        };
        hub.core.open(broken).create(key("a"));
        create(key("a"));
        hub.write("a=1");
        hub.settle();

        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]");
        assertThat(hub.watchers).isEqualTo(1);
    }

    @Test
    void historyHeaderIsTheCurrentRevision() {
        hub.write("a=1");
        hub.write("b=1");
        hub.settle();
        stream.create(starting(key("a"), 2));
        hub.settle();

        assertThat(sink.take()).containsExactly("created 0 @3", "events 0 @3 [a=1@2]");
    }
}
