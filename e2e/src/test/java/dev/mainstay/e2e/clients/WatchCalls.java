package dev.mainstay.e2e.clients;

import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchProgressRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One watch stream, read by the test's thread. */
final class WatchCalls implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final Answers answers;

    private WatchCalls(Answers answers) {
        this.answers = answers;
    }

    /** Opens a stream that reads whatever comes. */
    static WatchCalls open(Channel channel) {
        return open(channel, true);
    }

    /** Opens a stream that, unless {@code reading}, takes the first answer and then nothing more. */
    static WatchCalls open(Channel channel, boolean reading) {
        Answers answers = new Answers(reading);
        WatchGrpc.newStub(channel).watch(answers);
        return new WatchCalls(answers);
    }

    /** Creates a watch and waits for the answer. */
    WatchResponse create(WatchCreateRequest request) throws InterruptedException {
        answers.requests()
                .onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
        WatchResponse created = next();
        if (!created.getCreated() || created.getCanceled()) {
            throw new AssertionError("not created: " + created);
        }
        return created;
    }

    /** The next so many events, progress notifications left out. */
    List<Event> events(int count) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.addAll(next().getEventsList());
        }
        return events;
    }

    /** Waits for an event-less message that promises at least this revision. */
    WatchResponse progressAtLeast(long revision) throws InterruptedException {
        while (true) {
            WatchResponse response = next();
            if (response.getEventsCount() == 0 && response.getHeader().getRevision() >= revision) {
                return response;
            }
        }
    }

    /** Asks for progress, again and again since a server that isn't in sync never answers, until it promises this much. */
    WatchResponse requestProgress(long revision) throws InterruptedException {
        for (int tries = 0; tries < 100; tries++) {
            answers.requests()
                    .onNext(WatchRequest.newBuilder()
                            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                            .build());
            for (WatchResponse response = answers.poll(100); response != null; response = answers.poll(100)) {
                if (response.getWatchId() == -1 && response.getHeader().getRevision() >= revision) {
                    return response;
                }
            }
        }
        throw new AssertionError("no progress up to " + revision);
    }

    /** The next message. */
    WatchResponse next() throws InterruptedException {
        WatchResponse response = answers.poll(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        if (response == null) {
            throw new AssertionError("nothing came; the stream ended with " + answers.ended);
        }
        return response;
    }

    @Override
    public void close() {
        answers.requests().cancel("the test is done", null);
    }

    /** Called on gRPC's threads; hands everything to the queue. */
    private static final class Answers implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final BlockingQueue<WatchResponse> arrived = new LinkedBlockingQueue<>();
        private final boolean reading;
        private @Nullable ClientCallStreamObserver<WatchRequest> requests;
        private volatile @Nullable Status ended;

        Answers(boolean reading) {
            this.reading = reading;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            requests = stream;
            if (!reading) {
                stream.disableAutoRequestWithInitial(1);
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            arrived.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            ended = Status.fromThrowable(failure);
        }

        @Override
        public void onCompleted() {
            ended = Status.OK;
        }

        ClientCallStreamObserver<WatchRequest> requests() {
            if (requests == null) {
                throw new IllegalStateException("the call has not started");
            }
            return requests;
        }

        @Nullable
        WatchResponse poll(long millis) throws InterruptedException {
            return arrived.poll(millis, TimeUnit.MILLISECONDS);
        }
    }
}
