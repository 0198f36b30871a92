package dev.mainstay.node.watch;

import static dev.mainstay.node.watch.WatchSpecs.key;
import static dev.mainstay.node.watch.WatchSpecs.notified;
import static dev.mainstay.node.watch.WatchSpecs.starting;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchProgressTest {

    /** The interval of the fixture with all the jitter there can be. */
    private static final Duration INTERVAL = Duration.ofMillis(1100);

    private final HubFixture hub = new HubFixture(HubFixture.LIMITS);
    private final RecordingSink sink = new RecordingSink();
    private final WatchStream stream = hub.core.open(sink);

    private void create(WatchSpec spec) {
        stream.create(spec);
        hub.settle();
        sink.take();
    }

    @Test
    void idleWatchersThatAskedForItAreToldPeriodically() { // vector 26
        create(notified(key("a")));
        create(key("a"));
        hub.write("b=1");
        hub.pass(Duration.ofMillis(999));
        assertThat(sink.take()).isEmpty();

        hub.pass(Duration.ofMillis(101));
        assertThat(sink.take()).containsExactly("progress 0 @2");
        hub.pass(INTERVAL);
        assertThat(sink.take()).containsExactly("progress 0 @2");
    }

    @Test
    void anEventPutsThePeriodicNoticeOff() {
        create(notified(key("a")));
        hub.write("a=1");
        hub.settle();
        sink.take();

        hub.pass(INTERVAL);
        assertThat(sink.take()).isEmpty();
        hub.pass(INTERVAL);
        assertThat(sink.take()).containsExactly("progress 0 @2");
    }

    @Test
    void noPeriodicNoticeBelowTheStart() {
        create(notified(starting(key("a"), 3)));
        hub.write("b=1");
        hub.pass(INTERVAL);
        assertThat(sink.take()).isEmpty();

        hub.write("b=2");
        hub.pass(INTERVAL);
        assertThat(sink.take()).containsExactly("progress 0 @3");
    }

    @Test
    void noPeriodicNoticeWhileEventsAreOwed() {
        create(notified(key("a")));
        sink.credit = 0;
        hub.write("a=1");
        hub.settle();
        hub.pass(INTERVAL);
        hub.pass(INTERVAL);
        sink.credit = 100;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]");
    }

    @Test
    void noNoticesAfterTheWatcherIsGone() {
        create(notified(key("a")));
        stream.cancel(0);
        hub.settle();
        sink.take();
        hub.pass(INTERVAL);

        assertThat(sink.take()).isEmpty();
        assertThat(hub.core.step()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void requestWithoutWatchersIsNotAnswered() {
        stream.requestProgress();
        hub.settle();
        create(key("a"));
        hub.write("a=1");
        hub.settle();

        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]");
    }

    @Test
    void requestIsAnsweredAfterAllEventsUpToIt() {
        create(key("a"));
        hub.write("a=1");
        var late = hub.history.write("a=2");
        stream.requestProgress();
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]");

        hub.core.publish(List.of(late));
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @3 [a=2@3]", "progress -1 @3");
    }

    @Test
    void requestWaitsUntilEveryWatcherIsInSync() {
        hub.write("a=1");
        hub.settle();
        stream.create(starting(key("a"), 2));
        stream.create(key("b"));
        stream.requestProgress();
        sink.credit = 2;
        hub.settle();
        assertThat(sink.take()).containsExactly("created 0 @2", "created 1 @2");

        sink.credit = 1;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @2 [a=1@2]");

        sink.credit = 5;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).containsExactly("progress -1 @2");
    }

    @Test
    void requestsThatWaitTogetherShareAnAnswer() {
        create(starting(key("a"), 3));
        stream.requestProgress();
        stream.requestProgress();
        hub.settle();
        hub.write("b=1");
        hub.write("b=2");
        hub.settle();
        assertThat(sink.take()).containsExactly("progress -1 @3");

        stream.requestProgress();
        stream.requestProgress();
        hub.settle();
        assertThat(sink.take()).containsExactly("progress -1 @3", "progress -1 @3");
    }

    @Test
    void cancellingTheWatcherThatHeldARequestBackAnswersIt() {
        create(starting(key("a"), 30));
        create(key("b"));
        stream.requestProgress();
        hub.settle();
        assertThat(sink.take()).isEmpty();

        stream.cancel(0);
        hub.settle();
        assertThat(sink.take()).containsExactly("cancelled 0 @1", "progress -1 @1");
    }
}
