package dev.mainstay.node.api.recipes;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.node.api.Statuses;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call that competes under a name: it has a key that lives as long as its lease, and has won when no older key is left.
 * One that gives up while it waits takes its key away. Any thread; nothing waits.
 */
final class Contender {

    /** How long a lease lives that a contender didn't bring along. */
    private static final long LEASE_SECONDS = 60;

    private static final Status GONE = Status.CANCELLED.withDescription("context canceled");

    private final CallerCalls calls;
    private final Places places;
    private final ByteString name;
    private final ByteString value;
    private final boolean proclaims;
    private @Nullable Predecessors predecessors;
    private boolean cancelled;

    private Contender(CallerCalls calls, Places places, ByteString name, ByteString value, boolean proclaims) {
        this.calls = calls;
        this.places = places;
        this.name = name;
        this.value = value;
        this.proclaims = proclaims;
    }

    /** Whose key says nothing; one that its lease has already is left as it is. */
    static Contender forLock(CallerCalls calls, Places places, ByteString name) {
        return new Contender(calls, places, name, ByteString.EMPTY, false);
    }

    /** Whose key says this, also if its lease has one already. */
    static Contender forOffice(CallerCalls calls, Places places, ByteString name, ByteString value) {
        return new Contender(calls, places, name, value, true);
    }

    /**
     * A key among those of the contenders.
     *
     * @param revision at which the key was created
     * @param created whether this call created it, or the lease had it already
     * @param value what the key holds
     * @param first whether no other is older
     * @param header of the answer that said so
     */
    record Standing(
            ByteString key,
            long lease,
            long revision,
            boolean created,
            ByteString value,
            boolean first,
            ResponseHeader header) {

        /** Whether the key goes when the call comes to nothing: one that held the lock before the call goes on to. */
        boolean isOfTheCall() {
            return created || !first;
        }
    }

    /**
     * A contender that has won.
     *
     * @param entered how it began
     * @param header of the last answer on its way
     */
    record Won(Standing entered, ResponseHeader header) {}

    /** Competes until it has won. To be called once. */
    CompletableFuture<Won> compete(long lease) {
        return lease(calls, lease)
                .thenCompose(id -> enter(id, Requests.key(name, id)))
                .thenCompose(this::winOrLeave);
    }

    /** The caller has gone: what waits stops to. */
    void cancel() {
        Predecessors waiting;
        synchronized (this) {
            cancelled = true;
            waiting = predecessors;
        }
        if (waiting != null) {
            waiting.stop(GONE);
        }
    }

    /** Takes away what was won: nobody is there to hear of it. */
    void leave(Standing standing) {
        CompletableFuture<?> _ = calls.txn(Requests.remove(standing.key(), standing.revision()));
    }

    /** The lease a caller brings along, or a new one that lives for a minute and that nobody keeps alive. */
    static CompletableFuture<Long> lease(CallerCalls calls, long lease) {
        return lease != 0
                ? CompletableFuture.completedFuture(lease)
                : calls.grant(LeaseGrantRequest.newBuilder()
                                .setTTL(LEASE_SECONDS)
                                .build())
                        .thenApply(granted -> granted.getID());
    }

    private CompletableFuture<Standing> enter(long lease, ByteString key) {
        return calls.txn(Requests.enter(Requests.prefix(name), key, value, lease))
                .thenApply(entered -> standing(entered, key, lease));
    }

    private Standing standing(TxnResponse entered, ByteString key, long lease) {
        boolean created = entered.getSucceeded();
        RangeResponse first = entered.getResponses(1).getResponseRange();
        KeyValue known = created
                ? KeyValue.newBuilder()
                        .setCreateRevision(entered.getHeader().getRevision())
                        .setValue(value)
                        .build()
                : entered.getResponses(0).getResponseRange().getKvs(0);
        return new Standing(
                key,
                lease,
                known.getCreateRevision(),
                created,
                known.getValue(),
                first.getKvsCount() == 0 || first.getKvs(0).getCreateRevision() == known.getCreateRevision(),
                entered.getHeader());
    }

    private CompletableFuture<Won> winOrLeave(Standing entered) {
        CompletableFuture<Won> won = (!proclaims || entered.value().equals(value)
                        ? CompletableFuture.<Void>completedFuture(null)
                        : proclaim(entered))
                .thenCompose(_ -> entered.first() ? won(entered) : await(entered));
        return won.whenComplete((_, failure) -> {
            if (failure != null && entered.isOfTheCall()) {
                leave(entered);
            }
        });
    }

    /** The key is from an earlier call, which may have won by now with another value. */
    private CompletableFuture<Void> proclaim(Standing entered) {
        return calls.txn(Requests.update(entered.key(), entered.revision(), value, entered.lease()))
                .thenAccept(updated -> {
                    if (!updated.getSucceeded()) {
                        throw Refusals.NOT_LEADER.asRuntimeException();
                    }
                });
    }

    private synchronized CompletableFuture<Won> won(Standing entered) {
        return cancelled
                ? CompletableFuture.failedFuture(GONE.asRuntimeException())
                : CompletableFuture.completedFuture(new Won(entered, entered.header()));
    }

    private CompletableFuture<Won> await(Standing entered) {
        if (!places.take()) {
            return CompletableFuture.failedFuture(
                    Statuses.of(ErrorCode.TOO_MANY_REQUESTS).asRuntimeException());
        }
        Predecessors older = new Predecessors(calls, Requests.prefix(name), entered.revision());
        CompletableFuture<Won> won = older.await()
                .thenCompose(_ -> calls.range(Requests.get(entered.key())))
                .thenApply(found -> {
                    boolean mine = found.getKvsCount() > 0 && found.getKvs(0).getCreateRevision() == entered.revision();
                    if (!mine) {
                        throw Refusals.SESSION_EXPIRED.asRuntimeException();
                    }
                    return new Won(entered, found.getHeader());
                })
                .whenComplete((_, _) -> places.leave());
        synchronized (this) {
            predecessors = older;
            if (!cancelled) {
                return won;
            }
        }
        older.stop(GONE);
        return won;
    }
}
