package dev.mainstay.e2e.kubernetes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchProgressRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream with the watchers of some prefixes, as a watch cache has them. Checks what a cache relies on: events come in
 * the order of their revisions, none behind a promise that all up to it were delivered, and with what was there before. gRPC's
 * threads bring the events; any thread asks.
 */
public final class WatchCache implements AutoCloseable {
    private final List<Watcher> watchers = new ArrayList<>();
    private final Map<Long, Watcher> byId = new HashMap<>();
    private final Consumer<Event> onEvent;
    private final StreamObserver<WatchRequest> requests;
    private int created;
    private long promised;
    private boolean closed;
    private @Nullable String broken;

    /** What one watcher has got. */
    private static final class Watcher {
        long events;
        long lastRevision;
    }

    /**
     * Opens the stream and creates the watchers, in this order.
     *
     * @param after the revision that was listed; what is later is wanted
     * @param onEvent hears of every event, on gRPC's threads
     */
    public WatchCache(Channel channel, List<ByteString> prefixes, long after, Consumer<Event> onEvent) {
        this.onEvent = onEvent;
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        requests = WatchGrpc.newStub(
                        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)))
                .watch(new Receiver());
        for (ByteString prefix : prefixes) {
            watchers.add(new Watcher());
            send(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(prefix)
                            .setRangeEnd(KubeStore.prefixEnd(prefix))
                            .setStartRevision(after + 1)
                            .setPrevKv(true)
                            .setProgressNotify(true))
                    .build());
        }
    }

    /** Asks how far the watchers are. */
    public void requestProgress() {
        send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
    }

    /** Whether all watchers have been created. */
    public synchronized boolean isComplete() {
        return created == watchers.size();
    }

    /** Up to which revision the server says that everything was delivered. */
    public synchronized long promised() {
        return promised;
    }

    /** How many events each watcher has got, in the order of their prefixes. */
    public synchronized List<Long> events() {
        return watchers.stream().map(watcher -> watcher.events).toList();
    }

    /** The first rule that was broken, null if none was. */
    public synchronized @Nullable String broken() {
        return broken;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        send(null);
    }

    /** The stream is not for several threads at once. */
    private void send(@Nullable WatchRequest request) {
        synchronized (requests) {
            if (request != null) {
                requests.onNext(request);
            } else {
                requests.onCompleted();
            }
        }
    }

    private synchronized void take(WatchResponse response) {
        if (response.getCanceled()) {
            fail("a watcher ended: " + response.getCancelReason() + " " + response.getCompactRevision());
        } else if (response.getCreated()) {
            byId.put(response.getWatchId(), watchers.get(created));
            created++;
        } else if (response.getEventsCount() == 0) {
            if (response.getWatchId() == -1) {
                promised = Math.max(promised, response.getHeader().getRevision());
            }
        } else {
            Watcher watcher = byId.get(response.getWatchId());
            if (watcher == null) {
                fail("events for a watcher that nobody created");
                return;
            }
            response.getEventsList().forEach(event -> take(watcher, event));
        }
    }

    private void take(Watcher watcher, Event event) {
        KeyValue now = event.getKv();
        if (now.getModRevision() < watcher.lastRevision || now.getModRevision() <= promised) {
            fail("revision " + now.getModRevision() + " after " + watcher.lastRevision + ", promised " + promised);
        }
        boolean isNew = event.getType() == Event.EventType.PUT && now.getCreateRevision() == now.getModRevision();
        if (!isNew && !event.hasPrevKv()) {
            fail("a change at " + now.getModRevision() + " without what was there before");
        }
        watcher.lastRevision = now.getModRevision();
        watcher.events++;
        onEvent.accept(event);
    }

    private synchronized void fail(String what) {
        if (broken == null && !closed) {
            broken = what;
        }
    }

    private final class Receiver implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse response) {
            take(response);
        }

        @Override
        public void onError(Throwable error) {
            fail("the stream broke: " + error);
        }

        @Override
        public void onCompleted() {
            fail("the stream ended");
        }
    }
}
