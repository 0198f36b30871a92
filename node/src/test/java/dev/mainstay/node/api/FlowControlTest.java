package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.put;
import static dev.mainstay.node.api.Requests.range;
import static dev.mainstay.node.api.Requests.watch;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.RangeStreamResponse;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that take much, or nothing. */
class FlowControlTest {

    private static final int MIB = 1 << 20;
    private static final RangeRequest EVERYTHING = range("big", "bih").build();

    private final ServedMember member = new ServedMember(Duration.ofMinutes(1), 8 * MIB);
    private final ManagedChannel channel = member.connect();
    private final ManagedChannel other = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);

    @AfterEach
    void stop() {
        channel.shutdownNow();
        other.shutdownNow();
        member.close();
    }

    @Test
    void answerMayBeLargerThanAllBudgets() {
        write(64);

        RangeResponse whole = stubs.kv().range(EVERYTHING);

        assertThat(whole.getCount()).isEqualTo(64);
        assertThat(whole.getSerializedSize()).isGreaterThan(64 * MIB);
        assertThat(member.api.rangeBytesInFlight()).isZero();
        Eventually.holds("all is sent", () -> member.unreadBytes() == 0);
    }

    @Test
    void streamedChunksMakeUpTheRange() throws InvalidProtocolBufferException {
        write(5);
        for (int i = 0; i < 100; i++) {
            stubs.kv().put(put("bigger/" + i, "v"));
        }
        RangeResponse.Builder merged = RangeResponse.newBuilder();
        int chunks = 0;

        Iterator<RangeStreamResponse> stream = stubs.kv().rangeStream(EVERYTHING);
        while (stream.hasNext()) {
            merged.mergeFrom(stream.next().getRangeResponse().toByteArray());
            chunks++;
        }

        assertThat(merged.build()).isEqualTo(stubs.kv().range(EVERYTHING));
        assertThat(chunks).isGreaterThan(3);
    }

    @Test
    void streamedRangeIsReadAsItIsTaken() {
        write(16);
        Withheld answer = new Withheld();

        ClientCall<byte[], byte[]> call =
                RawCalls.start(channel, KVGrpc.getRangeStreamMethod(), EVERYTHING.toByteArray(), answer);
        stubs.kv().range(get("other"));
        answer.takeAllFrom(call);

        assertThat(answer.end().isOk()).isTrue();
        assertThat(answer.bytes.get()).isGreaterThan(16 * MIB);
    }

    @Test
    void clientThatReadsNothingStopsOnlyItself() {
        write(8);
        List<Withheld> answers = new ArrayList<>();
        List<ClientCall<byte[], byte[]>> calls = new ArrayList<>();

        for (int i = 0; i < 40; i++) {
            Withheld answer = new Withheld();
            answers.add(answer);
            calls.add(RawCalls.start(channel, KVGrpc.getRangeMethod(), EVERYTHING.toByteArray(), answer));
        }

        RangeResponse elsewhere = KVGrpc.newBlockingStub(other)
                .withDeadlineAfter(3, TimeUnit.SECONDS)
                .range(EVERYTHING);
        assertThat(elsewhere.getCount()).isEqualTo(8);
        Eventually.holds("the client's share is used up", () -> member.unreadBytes() >= 16 * MIB);
        assertThat(member.unreadBytes()).isLessThan(64L * MIB);
        assertThat(stubs.kv()
                        .withDeadlineAfter(3, TimeUnit.SECONDS)
                        .range(get("none"))
                        .getCount())
                .isZero();
        for (int i = 0; i < calls.size(); i++) {
            answers.get(i).takeAllFrom(calls.get(i));
        }
        for (Withheld answer : answers) {
            assertThat(answer.end().isOk()).isTrue();
        }
        Eventually.holds("all is sent", () -> member.unreadBytes() == 0);
        assertThat(member.api.rangeBytesInFlight()).isZero();
    }

    @Test
    void clientThatVanishesWithUnreadAnswersCostsNothingMore() {
        write(8);
        for (int i = 0; i < 20; i++) {
            RawCalls.start(channel, KVGrpc.getRangeMethod(), EVERYTHING.toByteArray(), new Withheld());
        }
        Eventually.holds("the client's share is used up", () -> member.unreadBytes() >= 16 * MIB);

        channel.shutdownNow();

        Eventually.holds("nothing is left", () -> member.unreadBytes() == 0 && member.api.rangeBytesInFlight() == 0);
        assertThat(KVGrpc.newBlockingStub(other).range(EVERYTHING).getCount()).isEqualTo(8);
    }

    @Test
    void watchThatIsNotReadWaitsInTheStore() {
        Withheld unread = new Withheld();
        ClientCall<byte[], byte[]> call = RawCalls.start(
                channel, WatchGrpc.getWatchMethod(), watch("big", "bih", 0).toByteArray(), unread);
        Eventually.holds("a watcher", () -> member.watchers() == 1);

        write(48);

        Eventually.holds("the watcher is behind", () -> member.slowWatchers() == 1);
        unread.takeAllFrom(call);
        Eventually.holds("everything came", () -> unread.bytes.get() > 48 * MIB);
        Eventually.holds("the watcher has caught up", () -> member.slowWatchers() == 0);
    }

    @Test
    void oneConnectionCarriesAThousandWatches() throws InterruptedException {
        List<Answers<WatchResponse>> watches = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Answers<WatchResponse> answers = new Answers<>();
            StreamObserver<WatchRequest> requests = stubs.watch().watch(answers);
            requests.onNext(watch("a", "", 0));
            watches.add(answers);
        }
        for (Answers<WatchResponse> answers : watches) {
            assertThat(answers.next().getCreated()).isTrue();
        }

        stubs.kv().put(put("a", "1"));

        for (Answers<WatchResponse> answers : watches) {
            assertThat(answers.next().getEvents(0).getKv().getModRevision()).isEqualTo(2);
        }
    }

    @Test
    void oneConnectionCarriesThousandsOfCallsAtOnce() throws Exception {
        List<CompletableFuture<Long>> revisions = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            CompletableFuture<Long> revision = new CompletableFuture<>();
            var future = KVGrpc.newFutureStub(channel).put(put("k" + i, "v"));
            future.addListener(
                    () -> {
                        try {
                            revision.complete(future.get().getHeader().getRevision());
                        } catch (Exception e) {
                            revision.completeExceptionally(e);
                        }
                    },
                    Runnable::run);
            revisions.add(revision);
        }

        CompletableFuture.allOf(revisions.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        assertThat(revisions.stream().map(CompletableFuture::join).distinct()).hasSize(5000);
        assertThat(stubs.kv().range(range("k", "l").setCountOnly(true).build()).getCount())
                .isEqualTo(5000);
    }

    private void write(int mebibytes) {
        ByteString value = ByteString.copyFrom(new byte[MIB]);
        for (int i = 0; i < mebibytes; i++) {
            KVGrpc.newBlockingStub(other)
                    .put(PutRequest.newBuilder()
                            .setKey(Requests.bytes("big/" + (100 + i)))
                            .setValue(value)
                            .build());
        }
    }

    /** The answer of a call that takes nothing at first. */
    private static final class Withheld extends ClientCall.Listener<byte[]> {

        private final AtomicInteger bytes = new AtomicInteger();
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        void takeAllFrom(ClientCall<byte[], byte[]> call) {
            call.request(Integer.MAX_VALUE);
        }

        @Override
        public void onMessage(byte[] message) {
            bytes.addAndGet(message.length);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }

        Status end() {
            return end.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }
}
