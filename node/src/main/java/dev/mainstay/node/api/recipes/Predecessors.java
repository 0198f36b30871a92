package dev.mainstay.node.api.recipes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Waits until nobody is left who came before: watches the last of them, and looks again once that one is gone, so that one
 * who leaves wakes one other. While it waits it is a watcher and nothing else.
 */
final class Predecessors implements CallerCalls.WatchListener {

    private final CallerCalls calls;
    private final ByteString prefix;
    private final long before;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private CallerCalls.@Nullable Watch watch;

    /** @param before the revision at which the one who waits came */
    Predecessors(CallerCalls calls, ByteString prefix, long before) {
        this.calls = calls;
        this.prefix = prefix;
        this.before = before;
    }

    /** Begins to wait; to be called once. */
    CompletableFuture<Void> await() {
        look();
        return gone;
    }

    /** Stops to wait, for this reason. */
    void stop(Status why) {
        gone.completeExceptionally(why.asRuntimeException());
        endWatch();
    }

    @Override
    public synchronized void responded(WatchResponse response) {
        if (watch == null) {
            return;
        }
        boolean overtaken = response.getCompactRevision() > 0;
        if (response.getEventsCount() > 0 || overtaken) {
            endWatch();
            look();
        } else if (response.getCanceled()) {
            stop(Status.UNKNOWN.withDescription(response.getCancelReason()));
        }
    }

    @Override
    public void ended(Status status) {
        gone.completeExceptionally(status.asRuntimeException());
    }

    private void look() {
        if (gone.isDone()) {
            return;
        }
        CompletableFuture<?> _ = calls.range(Requests.newest(prefix, before - 1))
                .whenComplete((found, failure) -> {
                    if (failure != null) {
                        gone.completeExceptionally(failure);
                    } else if (found.getKvsCount() == 0) {
                        gone.complete(null);
                    } else {
                        watch(found);
                    }
                });
    }

    private synchronized void watch(RangeResponse found) {
        if (!gone.isDone()) {
            watch = calls.watch(
                    Requests.watchDeletions(
                            found.getKvs(0).getKey(), found.getHeader().getRevision() + 1),
                    this);
        }
    }

    private synchronized void endWatch() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }
}
