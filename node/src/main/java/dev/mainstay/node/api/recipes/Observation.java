package dev.mainstay.node.api.recipes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaderRequest;
import dev.mainstay.etcd.proto.LeaderResponse;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.api.Statuses;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells a client who leads: the leader there is, what it proclaims, and who comes after it, in the order of their revisions.
 * Whoever led for so short that nobody saw it is left out. A client that doesn't read is told less, and costs a watcher.
 *
 * <p>Guarded by the object's lock, since reads complete and watchers speak on different threads; there is one watcher at a
 * time, and what an earlier one still says is not heard.
 */
final class Observation extends ServerCall.Listener<LeaderRequest> {

    private final ServerCall<LeaderRequest, LeaderResponse> call;
    private final CallerCalls calls;
    private final Places places;
    private final ByteString prefix;
    private CallerCalls.@Nullable Watch watch;
    private long watches;
    private long toldModRevision;
    private boolean over;

    private Observation(
            ServerCall<LeaderRequest, LeaderResponse> call, CallerCalls calls, Places places, ByteString prefix) {
        this.call = call;
        this.calls = calls;
        this.places = places;
        this.prefix = prefix;
    }

    static ServerCall.Listener<LeaderRequest> begin(
            ServerCall<LeaderRequest, LeaderResponse> call, CallerCalls calls, Places places, ByteString prefix) {
        if (!places.take()) {
            call.close(Statuses.of(ErrorCode.TOO_MANY_REQUESTS), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        call.sendHeaders(new Metadata());
        Observation observation = new Observation(call, calls, places, prefix);
        observation.look();
        return observation;
    }

    @Override
    public synchronized void onReady() {
        if (watch != null) {
            watch.ready();
        }
    }

    @Override
    public void onCancel() {
        stop();
    }

    @Override
    public void onComplete() {
        stop();
    }

    private synchronized void stop() {
        if (!over) {
            over = true;
            places.leave();
            endWatch();
        }
    }

    private synchronized void fail(Status status) {
        if (!over) {
            call.close(status, new Metadata());
            stop();
        }
    }

    private void look() {
        CompletableFuture<?> _ = calls.range(Requests.oldest(prefix)).whenComplete((found, failure) -> {
            if (failure != null) {
                fail(Refusals.of(failure));
            } else {
                found(found);
            }
        });
    }

    private synchronized void found(RangeResponse found) {
        long next = found.getHeader().getRevision() + 1;
        if (over) {
            return;
        }
        if (found.getKvsCount() == 0) {
            watch(Requests.watchPutsUnder(prefix, next), this::firstCame);
            return;
        }
        KeyValue leader = found.getKvs(0);
        if (leader.getModRevision() != toldModRevision) {
            tell(found.getHeader(), leader);
        }
        watch(Requests.watch(leader.getKey(), next), this::leaderSpoke);
    }

    /** What a watcher's responses are for. */
    @FunctionalInterface
    private interface OnEvents {

        void came(WatchResponse response);
    }

    private void firstCame(WatchResponse response) {
        KeyValue leader = response.getEvents(0).getKv();
        endWatch();
        tell(
                response.getHeader().toBuilder()
                        .setRevision(leader.getModRevision())
                        .build(),
                leader);
        watch(Requests.watch(leader.getKey(), leader.getModRevision() + 1), this::leaderSpoke);
    }

    private void leaderSpoke(WatchResponse response) {
        for (Event event : response.getEventsList()) {
            if (event.getType() == Event.EventType.DELETE) {
                endWatch();
                look();
                return;
            }
            tell(response.getHeader(), event.getKv());
        }
    }

    private void tell(ResponseHeader header, KeyValue leader) {
        toldModRevision = leader.getModRevision();
        call.sendMessage(
                LeaderResponse.newBuilder().setHeader(header).setKv(leader).build());
    }

    private void watch(WatchCreateRequest request, OnEvents onEvents) {
        watch = calls.watch(request, new Listener(++watches, onEvents));
    }

    private void endWatch() {
        watches++;
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    private synchronized void heard(long number, WatchResponse response, OnEvents onEvents) {
        if (over || number != watches) {
            return;
        }
        if (response.getEventsCount() > 0) {
            onEvents.came(response);
        } else if (response.getCompactRevision() > 0) {
            endWatch();
            look();
        } else if (response.getCanceled()) {
            fail(Status.UNKNOWN.withDescription(response.getCancelReason()));
        }
    }

    /** Hears of one watcher, whose number tells the watcher of now from earlier ones. */
    private final class Listener implements CallerCalls.WatchListener {

        private final long number;
        private final OnEvents onEvents;

        Listener(long number, OnEvents onEvents) {
            this.number = number;
            this.onEvents = onEvents;
        }

        @Override
        public void responded(WatchResponse response) {
            heard(number, response, onEvents);
        }

        @Override
        public void ended(Status status) {
            fail(status);
        }

        @Override
        public boolean isReady() {
            return call.isReady();
        }
    }
}
