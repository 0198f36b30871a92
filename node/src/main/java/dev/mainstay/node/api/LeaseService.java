package dev.mainstay.node.api;

import com.google.protobuf.UnsafeByteOperations;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrantResponse;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.LeaseLeasesResponse;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseRevokeResponse;
import dev.mainstay.etcd.proto.LeaseStatus;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.apply.Permits;
import dev.mainstay.node.auth.AuthState;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.leader.LeaseRequests;
import dev.mainstay.node.leader.TimeLeft;
import dev.mainstay.node.lease.Lease;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.mvcc.KvStore;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The Lease service. */
final class LeaseService {

    private final Proposals proposals;
    private final LeaseRequests requests;
    private final LeaseTable leases;
    private final LeaseClock clock;
    private final KvStore store;
    private final ResponseHeaders headers;
    private final RangeReader reader;
    private final Access access;

    LeaseService(
            Proposals proposals,
            LeaseRequests requests,
            LeaseTable leases,
            LeaseClock clock,
            ResponseHeaders headers,
            RangeReader reader,
            Access access) {
        this.proposals = proposals;
        this.requests = requests;
        this.leases = leases;
        this.clock = clock;
        this.store = reader.store();
        this.headers = headers;
        this.reader = reader;
        this.access = access;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(LeaseGrpc.getServiceDescriptor())
                .add(
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.getDefaultInstance(),
                        LeaseGrantResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::grant))
                .add(
                        LeaseGrpc.getLeaseRevokeMethod(),
                        LeaseRevokeRequest.getDefaultInstance(),
                        LeaseRevokeResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::revoke))
                .add(
                        LeaseGrpc.getLeaseKeepAliveMethod(),
                        LeaseKeepAliveRequest.getDefaultInstance(),
                        LeaseKeepAliveResponse.getDefaultInstance(),
                        (call, _) -> keepAlive(call))
                .add(
                        LeaseGrpc.getLeaseTimeToLiveMethod(),
                        LeaseTimeToLiveRequest.getDefaultInstance(),
                        LeaseTimeToLiveResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::timeToLive))
                .add(
                        LeaseGrpc.getLeaseLeasesMethod(),
                        LeaseLeasesRequest.getDefaultInstance(),
                        LeaseLeasesResponse.getDefaultInstance(),
                        UnaryCalls.unary(this::list))
                .build();
    }

    private void grant(LeaseGrantRequest request, Responder<LeaseGrantResponse> responder) {
        proposals.propose(requests.grant(request.getID(), request.getTTL()), responder, outcome -> {
            if (outcome instanceof Outcome.Granted granted) {
                responder.reply(LeaseGrantResponse.newBuilder()
                        .setHeader(headers.of(granted.revision()))
                        .setID(granted.id())
                        .setTTL(granted.ttlSeconds())
                        .build());
            }
        });
    }

    private void revoke(LeaseRevokeRequest request, Responder<LeaseRevokeResponse> responder) {
        proposals.propose(new Command.RevokeLease(request.getID()), responder, outcome -> {
            if (outcome instanceof Outcome.Done done) {
                responder.reply(LeaseRevokeResponse.newBuilder()
                        .setHeader(headers.of(done.revision()))
                        .build());
            }
        });
    }

    private ServerCall.Listener<LeaseKeepAliveRequest> keepAlive(
            ServerCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call) {
        return new KeepAliveSession(call, id -> renew(Identity.of(call), id), () -> headers.of(store.revision()))
                .start();
    }

    /** Looking at a lease's keys may take long, so it isn't done on the event loop. */
    private CompletableFuture<KeepAlive> renew(Identity identity, long id) {
        if (!access.isOn()) {
            return clock.keepAlive(id);
        }
        CompletableFuture<Optional<ErrorCode>> checked = new CompletableFuture<>();
        boolean taken = reader.execute(() -> checked.complete(Optional.ofNullable(access.ask(
                identity,
                permits -> permits.state().isUnlimited(permits.caller())
                        ? null
                        : new Permits(permits.state(), permits.caller(), leases::keys).lease(id)))));
        if (!taken) {
            return CompletableFuture.completedFuture(new KeepAlive.Failed(ErrorCode.TOO_MANY_REQUESTS));
        }
        return checked.thenCompose(refusal -> refusal.isPresent()
                ? CompletableFuture.completedFuture(new KeepAlive.Failed(refusal.get()))
                : clock.keepAlive(id));
    }

    private @Nullable ErrorCode mayRead(Identity identity, Iterable<Lease> some) {
        return access.ask(identity, permits -> {
            AuthState state = permits.state();
            ErrorCode refusal = state.mayCall(permits.caller());
            for (Lease lease : state.isUnlimited(permits.caller()) ? List.<Lease>of() : some) {
                for (Bytes key : leases.keys(lease.id())) {
                    refusal = refusal != null ? refusal : state.mayRead(permits.caller(), KeyRange.single(key));
                }
            }
            return refusal;
        });
    }

    private void timeToLive(LeaseTimeToLiveRequest request, Responder<LeaseTimeToLiveResponse> responder) {
        CompletableFuture<?> _ = clock.timeLeft(request.getID()).thenAccept(left -> {
            if (left instanceof TimeLeft.Failed(ErrorCode code)) {
                responder.refuse(code);
            } else if (request.getKeys()) {
                reader.execute(responder, () -> timeToLiveWithKeys(request, left, responder));
            } else {
                responder.reply(timeToLive(request, left));
            }
        });
    }

    private void timeToLiveWithKeys(
            LeaseTimeToLiveRequest request, TimeLeft left, Responder<LeaseTimeToLiveResponse> responder) {
        Lease lease = leases.get(request.getID());
        ErrorCode refusal = mayRead(responder.identity(), lease == null ? List.of() : List.of(lease));
        if (refusal != null) {
            responder.refuse(refusal);
        } else {
            responder.reply(timeToLive(request, left));
        }
    }

    private LeaseTimeToLiveResponse timeToLive(LeaseTimeToLiveRequest request, TimeLeft left) {
        LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder()
                .setHeader(headers.of(store.revision()))
                .setID(request.getID());
        Lease lease = leases.get(request.getID());
        if (lease == null || !(left instanceof TimeLeft.Seconds(long seconds))) {
            return response.setTTL(-1).build();
        }
        response.setTTL(seconds).setGrantedTTL(lease.ttlSeconds());
        if (request.getKeys()) {
            for (Bytes key : leases.keys(lease.id())) {
                response.addKeys(UnsafeByteOperations.unsafeWrap(key.array()));
            }
        }
        return response.build();
    }

    private void list(LeaseLeasesRequest request, Responder<LeaseLeasesResponse> responder) {
        reader.execute(responder, () -> {
            ErrorCode refusal = mayRead(responder.identity(), leases.leases());
            if (refusal != null) {
                responder.refuse(refusal);
            } else {
                responder.reply(sorted());
            }
        });
    }

    /** Every lease, the one that ends first in front. */
    private LeaseLeasesResponse sorted() {
        LeaseLeasesResponse.Builder response = LeaseLeasesResponse.newBuilder().setHeader(headers.of(store.revision()));
        List<Lease> sorted = leases.leases().stream()
                .sorted(Comparator.comparingLong(Lease::deadlineMillis).thenComparingLong(Lease::id))
                .toList();
        for (Lease lease : sorted) {
            response.addLeases(LeaseStatus.newBuilder().setID(lease.id()));
        }
        return response.build();
    }
}
