package dev.mainstay.e2e.history;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Reads a stretch of history through a watch of all keys. */
public final class HistoryReader {
    private static final long TIMEOUT_SECONDS = 60;
    private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[] {0});

    private HistoryReader() {}

    /** All events from one revision to another, both included, by revision, in the order they came. */
    public static NavigableMap<Long, List<Event>> read(EtcdClient client, long from, long to) {
        NavigableMap<Long, List<Event>> history = new TreeMap<>();
        if (from > to) {
            return history;
        }
        CompletableFuture<NavigableMap<Long, List<Event>>> complete = new CompletableFuture<>();
        StreamObserver<WatchRequest> requests = client.watch().watch(new StreamObserver<>() {
            private long last = from - 1;

            @Override
            public void onNext(WatchResponse response) {
                if (response.getCanceled()) {
                    complete.completeExceptionally(new AssertionError("history watch was cancelled: " + response));
                }
                for (Event event : response.getEventsList()) {
                    long revision = event.getKv().getModRevision();
                    if (revision < last) {
                        complete.completeExceptionally(
                                new AssertionError("history watch: revision " + revision + " after " + last));
                        return;
                    }
                    last = revision;
                    history.computeIfAbsent(revision, r -> new ArrayList<>()).add(event);
                }
                // All events of one revision are in one message, so the last revision is whole.
                if (last >= to) {
                    complete.complete(history);
                }
            }

            @Override
            public void onError(Throwable error) {
                complete.completeExceptionally(error);
            }

            @Override
            public void onCompleted() {
                complete.completeExceptionally(new AssertionError("history watch ended"));
            }
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(FIRST_KEY)
                        .setRangeEnd(FIRST_KEY)
                        .setStartRevision(from))
                .build());
        try {
            return complete.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
        } finally {
            requests.onError(Status.CANCELLED.asRuntimeException());
        }
    }
}
