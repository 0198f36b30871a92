package dev.mainstay.node.watch;

import static dev.mainstay.node.watch.WatchSpecs.id;
import static dev.mainstay.node.watch.WatchSpecs.key;
import static dev.mainstay.node.watch.WatchSpecs.range;
import static dev.mainstay.node.watch.WatchSpecs.starting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchCreateTest {

    private final HubFixture hub = new HubFixture(HubFixture.LIMITS, 8); // revisions 2 to 9
    private final RecordingSink sink = new RecordingSink();
    private final WatchStream stream = hub.core.open(sink);

    @Test
    void answersComeInTheOrderOfTheRequests() { // vector 25
        stream.create(id(key("a"), 5));
        stream.create(id(key("a"), 5));
        stream.create(range("b", "a"));
        stream.create(key("a"));
        stream.create(key("a"));
        stream.requestProgress();
        stream.cancel(5);
        stream.cancel(77);
        hub.settle();

        assertThat(sink.take())
                .containsExactly(
                        "created 5 @9",
                        "rejected 'mvcc: duplicate watch ID provided on the WatchStream' @9",
                        "rejected 'mvcc: watcher range is empty' @9",
                        "created 0 @9",
                        "created 1 @9",
                        "progress -1 @9",
                        "cancelled 5 @9");
        assertThat(sink.handled).isEqualTo(8);
    }

    @Test
    void idsCountUpwardsAndSkipThoseInUse() {
        stream.create(key("a"));
        stream.create(id(key("a"), 1));
        stream.create(id(key("a"), -7));
        stream.create(id(key("a"), -1));
        stream.create(key("a"));
        stream.cancel(0);
        stream.create(key("a"));
        stream.create(id(key("a"), 2));
        stream.cancel(2);
        stream.create(id(key("a"), 2));
        hub.settle();

        assertThat(sink.take())
                .containsExactly(
                        "created 0 @9",
                        "created 1 @9",
                        "created -7 @9",
                        "rejected 'mvcc: duplicate watch ID provided on the WatchStream' @9",
                        "created 2 @9",
                        "cancelled 0 @9",
                        "created 3 @9",
                        "rejected 'mvcc: duplicate watch ID provided on the WatchStream' @9",
                        "cancelled 2 @9",
                        "created 2 @9");
    }

    @Test
    void refusalsOfTheApiKeepTheirPlace() {
        stream.create(key("a"));
        stream.reject("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        stream.create(key("b"));
        hub.settle();

        assertThat(sink.take())
                .containsExactly(
                        "created 0 @9",
                        "rejected 'rpc error: code = PermissionDenied desc = etcdserver: permission denied' @9",
                        "created 1 @9");
    }

    @Test
    void negativeStartIsRefusedAsCompacted() {
        stream.create(starting(key("a"), -1));
        hub.settle();

        assertThat(sink.take()).containsExactly("rejected 'etcdserver: mvcc: required revision has been compacted' @9");
    }

    @Test
    void startBelowTheCompactRevisionIsCreatedThenCancelled() { // vector 23
        hub.history.compact(7);
        stream.create(starting(key("old"), 3));
        hub.settle();

        assertThat(sink.take()).containsExactly("created 0 @9", "compacted 0 7");
        assertThat(hub.watchers).isZero();
    }

    @Test
    void startAtTheCompactRevisionGetsEverythingFromIt() { // vector 24
        hub.history.compact(7);
        stream.create(starting(key("old"), 7));
        hub.settle();

        assertThat(sink.take()).containsExactly("created 0 @9", "events 0 @9 [old=7@7, old=8@8, old=9@9]");
    }

    @Test
    void tombstoneAtTheCompactRevisionIsDelivered() { // vector 28
        hub.write("k=1");
        hub.write("k=2");
        hub.write("k");
        hub.write("k=3");
        hub.settle();
        hub.history.compact(12);
        stream.create(starting(key("k"), 12));
        hub.settle();

        assertThat(sink.take()).containsExactly("created 0 @13", "events 0 @13 [-k@12, k=3@13]");
    }

    @Test
    void startNowGetsOnlyWhatComesAfterTheCreatedHeader() {
        stream.create(key("old"));
        hub.settle();
        hub.write("old=x");
        hub.settle();

        assertThat(sink.take()).containsExactly("created 0 @9", "events 0 @10 [old=x@10]");
    }

    @Test
    void createdIsNeverOlderThanTheStoreWhenTheRequestCame() {
        var late = hub.history.write("a=1");
        stream.create(key("a"));
        hub.settle();
        assertThat(sink.take()).isEmpty();

        hub.core.publish(List.of(late));
        hub.settle();
        assertThat(sink.take()).containsExactly("created 0 @10");
    }

    @Test
    void revisionsThatAreNeverPublishedAreFoundInHistory() {
        stream.create(key("a"));
        hub.settle();
        hub.history.write("a=1");
        hub.history.write("a=2");
        stream.create(key("b"));
        hub.settle();
        assertThat(sink.take()).containsExactly("created 0 @9");

        hub.pass(Duration.ofMillis(20));
        assertThat(sink.take()).containsExactly("events 0 @11 [a=1@10, a=2@11]", "created 1 @11");
        hub.write("a=3");
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @12 [a=3@12]");
    }

    @Test
    void futureStartGetsNothingLower() { // vector 27
        stream.create(starting(key("a"), 12));
        stream.requestProgress();
        hub.settle();
        hub.write("a=1");
        hub.write("a=2");
        hub.settle();
        assertThat(sink.take()).containsExactly("created 0 @9");

        hub.write("a=3");
        hub.settle();
        assertThat(sink.take()).containsExactly("events 0 @12 [a=3@12]", "progress -1 @12");
    }

    @Test
    void emptyKeyStandsForAZeroByte() {
        stream.create(key(""));
        stream.create(range("", "\0"));
        hub.settle();
        hub.write("\0=z");
        hub.write("a=1");
        hub.settle();

        assertThat(sink.take())
                .filteredOn(text -> text.startsWith("events"))
                .containsExactlyInAnyOrder("events 0 @10 [0x00=z@10]", "events 1 @11 [0x00=z@10, a=1@11]");
    }

    @Test
    void rangesHaveAnExclusiveEndAndMayBeOpen() {
        stream.create(range("b", "d"));
        stream.create(range("c", "\0"));
        hub.settle();
        hub.write("a=1", "b=1", "c=1", "d=1");
        hub.settle();

        assertThat(sink.take())
                .contains("events 0 @10 [b=1@10, c=1@10]", "events 1 @10 [c=1@10, d=1@10]")
                .hasSize(4);
    }

    @Test
    void aClientThatDoesNotReadGetsNoRequestsCarriedOut() {
        sink.credit = 0;
        stream.create(key("a"));
        hub.settle();
        assertThat(sink.handled).isZero();

        sink.credit = 1;
        stream.ready();
        hub.settle();
        assertThat(sink.take()).containsExactly("created 0 @9");
    }

    @Test
    void tooManyRequestsUnderWayAreAFaultOfTheTransport() {
        for (int i = 0; i < HubFixture.LIMITS.maxPendingRequests(); i++) {
            stream.cancel(1);
        }

        assertThatThrownBy(() -> stream.cancel(1)).isInstanceOf(IllegalStateException.class);
    }
}
