package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.leader.KeepAlive;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive stream: a response per request, in order. A few renewals may be under way at once; the next request is taken
 * from the client when a response has gone out to one that reads. Guarded by the object's lock, since renewals complete on
 * other threads.
 */
final class KeepAliveSession extends ServerCall.Listener<LeaseKeepAliveRequest> {

    private static final int MAX_UNDER_WAY = 64;

    private final ServerCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;
    private final LongFunction<CompletableFuture<KeepAlive>> renewal;
    private final Supplier<ResponseHeader> header;
    private final Queue<Renewal> underWay = new ArrayDeque<>();
    private int withheld;
    private boolean halfClosed;
    private boolean over;

    /**
     * @param renewal renews a lease
     * @param header the header as of now: it is taken before the renewal is made
     */
    KeepAliveSession(
            ServerCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call,
            LongFunction<CompletableFuture<KeepAlive>> renewal,
            Supplier<ResponseHeader> header) {
        this.call = call;
        this.renewal = renewal;
        this.header = header;
    }

    private record Renewal(long id, ResponseHeader header, CompletableFuture<KeepAlive> result) {}

    KeepAliveSession start() {
        call.sendHeaders(new Metadata());
        call.request(MAX_UNDER_WAY);
        return this;
    }

    @Override
    public void onMessage(LeaseKeepAliveRequest request) {
        Renewal renewal = new Renewal(request.getID(), header.get(), this.renewal.apply(request.getID()));
        synchronized (this) {
            underWay.add(renewal);
        }
        CompletableFuture<?> _ = renewal.result().whenComplete((_, _) -> sendFinished());
    }

    @Override
    public synchronized void onReady() {
        int owed = withheld;
        withheld = 0;
        if (owed > 0 && !over) {
            call.request(owed);
        }
    }

    @Override
    public synchronized void onHalfClose() {
        halfClosed = true;
        endIfDone();
    }

    @Override
    public synchronized void onCancel() {
        over = true;
        underWay.clear();
    }

    private synchronized void sendFinished() {
        Renewal first = underWay.peek();
        while (first != null && !over && first.result().isDone()) {
            underWay.remove();
            send(first);
            first = underWay.peek();
        }
        endIfDone();
    }

    private void send(Renewal renewal) {
        switch (outcome(renewal.result())) {
            case KeepAlive.Renewed(long ttlSeconds) -> respond(renewal, ttlSeconds);
            case KeepAlive.Gone() -> respond(renewal, 0);
            case KeepAlive.Failed(ErrorCode code) -> end(Statuses.of(code));
        }
    }

    private static KeepAlive outcome(CompletableFuture<KeepAlive> result) {
        @Nullable KeepAlive done = result.isCompletedExceptionally() ? null : result.join();
        return done != null ? done : new KeepAlive.Failed(ErrorCode.TIMEOUT);
    }

    private void respond(Renewal renewal, long ttlSeconds) {
        call.sendMessage(LeaseKeepAliveResponse.newBuilder()
                .setHeader(renewal.header())
                .setID(renewal.id())
                .setTTL(ttlSeconds)
                .build());
        if (call.isReady()) {
            call.request(1);
        } else {
            withheld++;
        }
    }

    private void endIfDone() {
        if (halfClosed && underWay.isEmpty()) {
            end(Status.OK);
        }
    }

    private void end(Status status) {
        if (!over) {
            over = true;
            underWay.clear();
            call.close(status, new Metadata());
        }
    }
}
