package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What came over one stream, to be taken in order. */
final class Answers<T> implements StreamObserver<T> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final LinkedBlockingQueue<T> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
        messages.add(value);
    }

    @Override
    public void onError(Throwable failure) {
        end.complete(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    /** The next message, which must come. */
    T next() throws InterruptedException {
        @Nullable T message = messages.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (message == null) {
            throw new AssertionError("no message came; the stream's end: " + end.getNow(null));
        }
        return message;
    }

    /** No message comes for a while. */
    void quietFor(Duration pause) throws InterruptedException {
        assertThat(messages.poll(pause.toMillis(), TimeUnit.MILLISECONDS)).isNull();
    }

    boolean isOpen() {
        return !end.isDone();
    }

    /** How the stream ended, which it must. */
    Status end() {
        return end.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
    }
}
