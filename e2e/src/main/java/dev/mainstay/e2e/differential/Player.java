package dev.mainstay.e2e.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrantResponse;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.etcd.proto.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays steps on one server, one after the other, and says what came back in a form that can be compared with another
 * server's. Knows the server's revision and its compacted revision from the answers alone. One thread.
 */
public final class Player implements AutoCloseable {
    private static final long CALL_TIMEOUT_SECONDS = 30;
    /** Remaining TTLs are whole seconds, and the two servers don't count from the same instant. */
    private static final long TTL_TOLERANCE_SECONDS = 2;

    private final EtcdClient client;
    private final Canonical canonical;
    private final long self;
    private final Map<Integer, WatchSession> sessions = new TreeMap<>();
    private final Map<Long, Long> renewedNanos = new HashMap<>();
    private final Set<Long> twisted = new HashSet<>();
    private long current;
    private long compacted;

    /** Plays on the server at this endpoint. */
    public Player(String endpoint) {
        client = new EtcdClient(endpoint);
        StatusResponse status = client.maintenance().status(StatusRequest.getDefaultInstance());
        self = status.getHeader().getMemberId();
        current = status.getHeader().getRevision();
        canonical = new Canonical(self, endpoint);
    }

    /** The revision of the newest answer. */
    public long revision() {
        return current;
    }

    /** Plays one step; the answer may have several lines when watches are involved. */
    public String play(Step step) {
        Message request = SymbolicRevisions.bind(step.request(), current, compacted, self);
        return switch (step.kind()) {
            case WATCH -> watch(step.stream(), (WatchRequest) request);
            case WATCH_CLOSE -> closeWatch(step.stream());
            case WATCH_SYNC -> catchUp();
            case COMPACT -> catchUp() + compact((CompactionRequest) request);
            case KEEP_ALIVE -> keepAlive((LeaseKeepAliveRequest) request);
            case GRANT_AND_REVOKE -> grantAndRevoke((LeaseGrantRequest) request);
            default -> call(step.kind(), request);
        };
    }

    private String call(StepKind kind, Message request) {
        try {
            Message response = invoke(kind, request);
            if (response instanceof TxnResponse txn && DeadlyTransactions.mayDeleteWhatItPuts((TxnRequest) request)) {
                twisted.add(txn.getHeader().getRevision());
            }
            if (response instanceof LeaseGrantResponse granted) {
                renewedNanos.put(granted.getID(), System.nanoTime());
            }
            if (response instanceof LeaseTimeToLiveResponse lease) {
                response = hideElapsed(lease);
            }
            return canonical.answer(request, response);
        } catch (StatusRuntimeException e) {
            return canonical.error(e.getStatus());
        }
    }

    private Message invoke(StepKind kind, Message request) {
        Message response = ClientCalls.blockingUnaryCall(
                client.channel(),
                kind.method(),
                CallOptions.DEFAULT.withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS),
                request);
        learnRevision(response);
        return response;
    }

    /** etcd loses keys when it compacts to a revision that deleted and put them: {@link KnownDifferences}. */
    private String compact(CompactionRequest request) {
        if (twisted.contains(request.getRevision())) {
            return "";
        }
        String answer = call(StepKind.COMPACT, request);
        if (!answer.startsWith("error")) {
            compacted = request.getRevision();
        }
        return answer;
    }

    private String grantAndRevoke(LeaseGrantRequest request) {
        try {
            LeaseGrantResponse granted = (LeaseGrantResponse) invoke(StepKind.GRANT_AND_REVOKE, request);
            try {
                invoke(
                        StepKind.REVOKE,
                        LeaseRevokeRequest.newBuilder().setID(granted.getID()).build());
            } catch (StatusRuntimeException e) {
                // It may have expired already; that takes two seconds, so it is rare but no difference.
                if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                    return canonical.error(e.getStatus());
                }
            }
            boolean chosen = request.getID() == 0 && granted.getID() > 0;
            return canonical.answer(
                    request, chosen ? granted.toBuilder().clearID().build() : granted);
        } catch (StatusRuntimeException e) {
            return canonical.error(e.getStatus());
        }
    }

    private String keepAlive(LeaseKeepAliveRequest request) {
        CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests = client.leaseAsync().leaseKeepAlive(new StreamObserver<>() {
            @Override
            public void onNext(LeaseKeepAliveResponse response) {
                answer.complete(response);
            }

            @Override
            public void onError(Throwable error) {
                answer.completeExceptionally(error);
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(
                        Status.CANCELLED.withDescription("ended").asRuntimeException());
            }
        });
        try {
            requests.onNext(request);
            LeaseKeepAliveResponse response = answer.get(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            requests.onCompleted();
            renewedNanos.put(request.getID(), System.nanoTime());
            return canonical.answer(request, response);
        } catch (ExecutionException e) {
            return canonical.error(Status.fromThrowable(e));
        } catch (TimeoutException e) {
            return "no answer to a keep-alive";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private String watch(int stream, WatchRequest request) {
        WatchSession session = sessions.computeIfAbsent(stream, number -> new WatchSession(client));
        return switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> {
                session.create(request.getCreateRequest(), compacted);
                yield "";
            }
            case CANCEL_REQUEST -> {
                String before = catchUp(stream);
                if (sessions.containsKey(stream)) {
                    session.cancel(request.getCancelRequest().getWatchId());
                }
                yield before;
            }
            case PROGRESS_REQUEST -> {
                session.progress();
                yield "";
            }
            case REQUESTUNION_NOT_SET -> "";
        };
    }

    private String closeWatch(int stream) {
        String last = catchUp(stream);
        WatchSession session = sessions.remove(stream);
        if (session != null) {
            session.close();
        }
        return last;
    }

    private String catchUp() {
        StringBuilder received = new StringBuilder();
        for (int stream : List.copyOf(sessions.keySet())) {
            received.append(catchUp(stream));
        }
        return received.toString();
    }

    /** What came on a stream until all was there that had to come. A stream that lost a watcher is ended then. */
    private String catchUp(int stream) {
        WatchSession session = sessions.get(stream);
        if (session == null) {
            return "";
        }
        session.catchUp(current);
        StringBuilder received = new StringBuilder();
        session.drain()
                .forEach(line -> received.append("stream ")
                        .append(stream)
                        .append(' ')
                        .append(line)
                        .append('\n'));
        if (session.lostToCompaction()) {
            sessions.remove(stream);
            session.close();
        }
        return received.toString();
    }

    private LeaseTimeToLiveResponse hideElapsed(LeaseTimeToLiveResponse lease) {
        Long renewed = renewedNanos.get(lease.getID());
        if (renewed == null || lease.getGrantedTTL() == 0) {
            return lease;
        }
        long elapsed = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - renewed);
        long expected = lease.getGrantedTTL() - elapsed;
        boolean fits =
                Math.abs(lease.getTTL() - expected) <= TTL_TOLERANCE_SECONDS && lease.getTTL() <= lease.getGrantedTTL();
        return fits ? lease.toBuilder().setTTL(lease.getGrantedTTL()).build() : lease;
    }

    private void learnRevision(Message response) {
        FieldDescriptor header = response.getDescriptorForType().findFieldByName("header");
        if (header != null && response.getField(header) instanceof ResponseHeader known) {
            current = Math.max(current, known.getRevision());
        }
    }

    @Override
    public void close() {
        sessions.values().forEach(WatchSession::close);
        client.close();
    }
}
