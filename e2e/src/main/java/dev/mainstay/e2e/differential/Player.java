package dev.mainstay.e2e.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.etcd.proto.AuthenticateRequest;
import dev.mainstay.etcd.proto.AuthenticateResponse;
import dev.mainstay.etcd.proto.CampaignRequest;
import dev.mainstay.etcd.proto.CampaignResponse;
import dev.mainstay.etcd.proto.CompactionRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrantResponse;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LeaseRevokeRequest;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.LockRequest;
import dev.mainstay.etcd.proto.LockResponse;
import dev.mainstay.etcd.proto.ResignRequest;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import dev.mainstay.etcd.proto.UnlockRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Plays steps on the members of one cluster, one after the other, and says what came back in a form that can be compared
 * with another cluster's. Knows the cluster's revision and its compacted revision from the answers alone. A member that
 * answers from its own state is given the time to catch up before; all other answers must be right on any member at once.
 * Keeps the tokens that callers are given. One thread.
 */
public final class Player implements Game.Playing<Step> {
    private static final long CALL_TIMEOUT_SECONDS = 30;
    /** Remaining TTLs are whole seconds, and the two servers don't count from the same instant. */
    private static final long TTL_TOLERANCE_SECONDS = 2;

    private final List<AskedMember> members = new ArrayList<>();
    private final Callers callers = new Callers();
    private final boolean settles;
    private final long first;
    private final Map<Integer, WatchSession> sessions = new TreeMap<>();
    private final Map<Long, Long> renewedNanos = new HashMap<>();
    private final Set<Long> twisted = new HashSet<>();
    private long current;
    private long compacted;

    /**
     * Plays on the members at these endpoints.
     *
     * @param settles gives each member the time to catch up before it is asked anything, since who may ask is among what it
     *     answers from its own state
     */
    public Player(List<String> endpoints, boolean settles) {
        this.settles = settles;
        List<EtcdClient> clients = endpoints.stream().map(EtcdClient::new).toList();
        List<Long> ids = new ArrayList<>();
        for (EtcdClient client : clients) {
            ResponseHeader header = client.maintenance()
                    .status(StatusRequest.getDefaultInstance())
                    .getHeader();
            ids.add(header.getMemberId());
            current = Math.max(current, header.getRevision());
        }
        for (int i = 0; i < clients.size(); i++) {
            members.add(new AskedMember(clients.get(i), new Canonical(i, ids, endpoints)));
        }
        first = ids.getFirst();
    }

    /** The revision of the newest answer. */
    public long revision() {
        return current;
    }

    /** The member with this number, modulo how many there are. */
    AskedMember member(int number) {
        return members.get(number % members.size());
    }

    /** Something was written behind the player's back. */
    void changed() {
        members.forEach(AskedMember::mayBeBehind);
    }

    /** Plays one step; the answer may have several lines when watches are involved. */
    @Override
    public String play(Step step) {
        Message wanted = members.size() > 1 && step.request() instanceof TxnRequest txn
                ? UnevenTransactions.even(txn)
                : step.request();
        Message request = SymbolicRevisions.bind(wanted, current, compacted, first);
        AskedMember member = members.get((step.stream() > 0 ? step.stream() : step.member()) % members.size());
        String caller = step.caller();
        if (settles) {
            catchUp(member);
        }
        return switch (step.kind()) {
            case WATCH -> watch(member, step.stream(), caller, (WatchRequest) request);
            case WATCH_CLOSE -> closeWatch(step.stream());
            case WATCH_SYNC -> catchUp();
            case COMPACT -> catchUp() + compact(member, caller, (CompactionRequest) request);
            case KEEP_ALIVE -> keepAlive(member, caller, (LeaseKeepAliveRequest) request);
            case GRANT_AND_REVOKE -> grantAndRevoke(member, caller, (LeaseGrantRequest) request);
            case LOCK_AND_UNLOCK -> lockAndUnlock(member, caller, (LockRequest) request);
            case CAMPAIGN_AND_RESIGN -> campaignAndResign(member, caller, (CampaignRequest) request);
            case HASH_ALL -> compareHashes(caller);
            default -> call(member, step.kind(), caller, request);
        };
    }

    private String call(AskedMember member, StepKind kind, String caller, Message request) {
        try {
            Message response = invoke(member, kind, caller, request);
            if (response instanceof TxnResponse txn && DeadlyTransactions.mayDeleteWhatItPuts((TxnRequest) request)) {
                twisted.add(txn.getHeader().getRevision());
            }
            if (response instanceof LeaseGrantResponse granted) {
                renewedNanos.put(granted.getID(), System.nanoTime());
            }
            if (response instanceof LeaseTimeToLiveResponse lease) {
                response = hideElapsed(lease);
            }
            if (response instanceof AuthenticateResponse login) {
                callers.given(((AuthenticateRequest) request).getName(), login.getToken());
            }
            return member.canonical().answer(request, response);
        } catch (StatusRuntimeException e) {
            return member.canonical().error(e.getStatus());
        }
    }

    private Message invoke(AskedMember member, StepKind kind, String caller, Message request) {
        Reach reach = Reach.of(kind, request);
        if (reach == Reach.LOCAL) {
            catchUp(member);
        }
        if (reach == Reach.LOG) {
            members.stream().filter(other -> other != member).forEach(AskedMember::mayBeBehind);
        }
        Message response = ClientCalls.blockingUnaryCall(
                callers.on(member.client().channel(), caller),
                kind.method(),
                CallOptions.DEFAULT.withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS),
                request);
        learnRevision(response);
        return response;
    }

    /** Members with equal data, revision and compacted revision must have equal hashes, whatever those are. */
    private String compareHashes(String caller) {
        HashKVRequest request = HashKVRequest.newBuilder().setRevision(current).build();
        Map<Long, Set<Integer>> byCompaction = new TreeMap<>();
        for (AskedMember member : members) {
            try {
                HashKVResponse hash = (HashKVResponse) invoke(member, StepKind.HASH_ALL, caller, request);
                byCompaction
                        .computeIfAbsent(hash.getCompactRevision(), revision -> new TreeSet<>())
                        .add(hash.getHash());
            } catch (StatusRuntimeException e) {
                return member.canonical().error(e.getStatus());
            }
        }
        boolean agree = byCompaction.values().stream().allMatch(hashes -> hashes.size() == 1);
        return agree ? "hashes agree" : "hashes at " + current + " by compacted revision: " + byCompaction;
    }

    /** etcd loses keys when it compacts to a revision that deleted and put them: {@link KnownDifferences}. */
    private String compact(AskedMember member, String caller, CompactionRequest request) {
        if (twisted.contains(request.getRevision())) {
            return "";
        }
        String answer = call(member, StepKind.COMPACT, caller, request);
        if (!answer.startsWith("error")) {
            compacted = request.getRevision();
        }
        return answer;
    }

    private String grantAndRevoke(AskedMember member, String caller, LeaseGrantRequest request) {
        Canonical canonical = member.canonical();
        try {
            LeaseGrantResponse granted =
                    (LeaseGrantResponse) invoke(member, StepKind.GRANT_AND_REVOKE, caller, request);
            try {
                invoke(
                        member,
                        StepKind.REVOKE,
                        caller,
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

    /** Takes a lock that nobody has, and gives it back. */
    private String lockAndUnlock(AskedMember member, String caller, LockRequest request) {
        try {
            LockResponse held = (LockResponse) invoke(member, StepKind.LOCK_AND_UNLOCK, caller, request);
            return member.canonical().answer(request, Recipes.hideLease(held))
                    + '\n'
                    + call(
                            member,
                            StepKind.UNLOCK,
                            caller,
                            UnlockRequest.newBuilder().setKey(held.getKey()).build());
        } catch (StatusRuntimeException e) {
            return member.canonical().error(e.getStatus());
        }
    }

    /** Wins an election in which nobody stands, and steps down. */
    private String campaignAndResign(AskedMember member, String caller, CampaignRequest request) {
        try {
            CampaignResponse won = (CampaignResponse) invoke(member, StepKind.CAMPAIGN_AND_RESIGN, caller, request);
            return member.canonical().answer(request, Recipes.hideLease(won))
                    + '\n'
                    + call(
                            member,
                            StepKind.RESIGN,
                            caller,
                            ResignRequest.newBuilder()
                                    .setLeader(won.getLeader())
                                    .build());
        } catch (StatusRuntimeException e) {
            return member.canonical().error(e.getStatus());
        }
    }

    private String keepAlive(AskedMember member, String caller, LeaseKeepAliveRequest request) {
        Canonical canonical = member.canonical();
        catchUp(member);
        CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
        StreamObserver<LeaseKeepAliveRequest> requests = LeaseGrpc.newStub(
                        callers.on(member.client().channel(), caller))
                .leaseKeepAlive(new StreamObserver<>() {
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

    /** Who opens a stream is its caller for good. */
    private String watch(AskedMember member, int stream, String caller, WatchRequest request) {
        WatchSession session = sessions.computeIfAbsent(
                stream, number -> new WatchSession(callers.on(member.client().channel(), caller)));
        catchUp(member);
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
        catchUp(members.get(stream % members.size()));
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

    private void catchUp(AskedMember member) {
        member.catchUp(channel -> callers.on(channel, AuthGame.ROOT));
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
        members.forEach(AskedMember::close);
    }
}
