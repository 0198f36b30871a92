package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.AuthGrpc;
import dev.mainstay.etcd.proto.ClusterGrpc;
import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.node.api.auth.Authentication;
import dev.mainstay.node.api.auth.FailedLogins;
import dev.mainstay.node.api.auth.Passwords;
import dev.mainstay.node.api.auth.SimpleTokens;
import dev.mainstay.node.api.gateway.Gateway;
import dev.mainstay.node.api.gateway.GatewayLimits;
import dev.mainstay.node.api.transport.Backlog;
import dev.mainstay.node.api.transport.CallMeter;
import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.api.transport.Intake;
import dev.mainstay.node.api.transport.TransportLimits;
import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.Member;
import dev.mainstay.node.leader.ClusterClock;
import dev.mainstay.node.leader.KeepAlive;
import dev.mainstay.node.leader.LeaseInbox;
import dev.mainstay.node.leader.LeaseKeeper;
import dev.mainstay.node.leader.LeaseRequests;
import dev.mainstay.node.leader.Scheduler;
import dev.mainstay.node.leader.TimeLeft;
import dev.mainstay.node.lease.LeaseTable;
import dev.mainstay.node.maintenance.Alarms;
import dev.mainstay.node.membership.MemberTable;
import dev.mainstay.node.membership.Members;
import dev.mainstay.node.mvcc.HistoryRead;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.storage.MemoryStore;
import dev.mainstay.node.watch.HistorySource;
import dev.mainstay.node.watch.WatchHub;
import dev.mainstay.node.watch.WatchLimits;
import dev.mainstay.node.watch.WatchMeter;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Every service of a member on a port of its own, over a store in memory and a log that keeps nothing: all that a client
 * can see, without Ratis and RocksDB.
 */
final class ServedMember implements AutoCloseable {

    static final long CLUSTER_ID = 0x0102030405060708L;
    static final long MEMBER_ID = 0x8e9e05c52164694dL;
    static final int MAX_REQUEST_BYTES = 1536 << 10;
    static final long MAX_GATEWAY_ANSWER_BYTES = 16 << 20;
    static final int MAX_GATEWAY_CALLS = 20;

    final KvStore store;
    final InstantLog log;
    final EtcdApi api;
    final Gateway gateway;
    final WatchLimits watchLimits;
    final ScriptedChanges memberChanges = new ScriptedChanges();
    final ConcurrentHashMap<String, Integer> watchGauges = new ConcurrentHashMap<>();

    /** Whether this member is recorded as a learner. */
    volatile boolean learner;

    /** Larger than any answer of a test but the one that is refused for its size. */
    static final long MAX_ANSWER_BYTES = 160 << 20;

    private final AtomicInteger openCalls = new AtomicInteger();
    private final Set<Backlog> backlogs = ConcurrentHashMap.newKeySet();
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final int port;

    ServedMember() {
        this(Duration.ofSeconds(1), 64 << 20);
    }

    ServedMember(Duration watchProgressInterval, long rangeBytesInFlight) {
        this(watchProgressInterval, rangeBytesInFlight, Room.UNBOUNDED);
    }

    ServedMember(Duration watchProgressInterval, long rangeBytesInFlight, Admission admission) {
        MemoryStore memory = new MemoryStore();
        store = KvStore.open(memory);
        LeaseTable leases = LeaseTable.open(memory);
        Alarms alarms = Alarms.open(memory);
        watchLimits =
                WatchLimits.DEFAULT.withMaxRequestBytes(MAX_REQUEST_BYTES).withProgressInterval(watchProgressInterval);
        WatchHub hub = started(WatchHub.start(
                watchLimits, new History(store), new EventMessages(), new Gauges(), System::nanoTime, new Random(1)));
        LeaseInbox inbox = new LeaseInbox();
        MemberTable memberTable = MemberTable.open(memory);
        Applier applier = new Applier(memory, store, leases, alarms, memberTable, hub, inbox, _ -> {});
        ClusterClock clock = new ClusterClock(System::nanoTime, applier::clockMillis);
        log = started(new InstantLog(MEMBER_ID, applier, clock::millis));
        ScheduledExecutorService duties = started(Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("duties").daemon().factory()));
        LeaseKeeper keeper =
                started(new LeaseKeeper(leases, inbox, log, clock, applier::clockMillis, Scheduler.on(duties)));
        clock.lead();
        keeper.lead();
        api = started(new EtcdApi(
                new ApiPorts(
                        log,
                        log,
                        log,
                        store,
                        hub,
                        leases,
                        new LeaseRequests(1000, id -> leases.get(id) != null, new Random(1)),
                        new Clock(keeper),
                        alarms,
                        admission,
                        new Care(memory, store),
                        new StoreCopies(memory, clock::millis),
                        Optional.empty(),
                        this::members,
                        memberChanges,
                        authentication(applier),
                        applier.migration()),
                new ApiSettings(
                        CLUSTER_ID,
                        MEMBER_ID,
                        "3.7.0",
                        "3.7.0",
                        MAX_REQUEST_BYTES,
                        128,
                        2,
                        Duration.ofMillis(100),
                        watchProgressInterval,
                        2,
                        rangeBytesInFlight,
                        MAX_ANSWER_BYTES)));
        gateway = new Gateway(
                api.services(),
                new GatewayLimits(
                        MAX_REQUEST_BYTES + (512 << 10), MAX_GATEWAY_ANSWER_BYTES, MAX_GATEWAY_CALLS, Duration.ZERO),
                CallMeter.NONE,
                new Intake(Long.MAX_VALUE),
                (_, _) -> {});
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
        parts.push(() -> await(vertx.close()));
        GrpcTransport transport = new GrpcTransport(
                api.services(), List.of(new CallWatch()), TransportLimits.forMaxRequestBytes(MAX_REQUEST_BYTES));
        HttpServer server = vertx.createHttpServer(GrpcTransport.prepare(new HttpServerOptions(), Long.MAX_VALUE))
                .requestHandler(request -> {
                    if (Gateway.covers(String.valueOf(request.path()))) {
                        gateway.handle(request);
                    } else {
                        transport.handle(request);
                    }
                });
        port = await(server.listen(0, "127.0.0.1")).actualPort();
    }

    private Authentication authentication(Applier applier) {
        SimpleTokens tokens = new SimpleTokens(
                log::propose, () -> applier.applied().index(), System::nanoTime, Duration.ofSeconds(2));
        applier.tokensTo(tokens);
        return new Authentication(
                applier.auth()::now,
                tokens,
                started(new Passwords(Passwords.LEAST_COST)),
                new FailedLogins(System::nanoTime),
                false);
    }

    /** There is room for everything. */
    enum Room implements Admission {
        UNBOUNDED;

        @Override
        public boolean admitsNow(Command command) {
            return true;
        }

        @Override
        public @Nullable ErrorCode admit(Command command) {
            return null;
        }
    }

    private Members members() {
        return Members.of(List.of(new Member(
                MEMBER_ID, "default", List.of("http://localhost:2380"), List.of("http://localhost:2379"), learner)));
    }

    int port() {
        return port;
    }

    /** A new connection; the caller shuts it down. */
    ManagedChannel connect() {
        return builder().build();
    }

    NettyChannelBuilder builder() {
        return NettyChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(Integer.MAX_VALUE);
    }

    /** Watchers that there are now, of all streams. */
    int watchers() {
        return watchGauges.getOrDefault("watchers", 0);
    }

    /** Watchers whose client doesn't read. */
    int slowWatchers() {
        return watchGauges.getOrDefault("slow", 0);
    }

    int openCalls() {
        return openCalls.get();
    }

    /** Bytes of answers that clients don't take, over all connections. */
    long unreadBytes() {
        return backlogs.stream().mapToLong(Backlog::bytes).sum();
    }

    int watchStreams() {
        return watchGauges.getOrDefault("streams", 0);
    }

    /** The services' stubs over one connection. */
    record Stubs(
            KVGrpc.KVBlockingStub kv,
            WatchGrpc.WatchStub watch,
            LeaseGrpc.LeaseBlockingStub lease,
            LeaseGrpc.LeaseStub leaseStreams,
            ClusterGrpc.ClusterBlockingStub cluster,
            MaintenanceGrpc.MaintenanceBlockingStub maintenance,
            AuthGrpc.AuthBlockingStub auth) {

        static Stubs over(ManagedChannel channel) {
            return new Stubs(
                    KVGrpc.newBlockingStub(channel),
                    WatchGrpc.newStub(channel),
                    LeaseGrpc.newBlockingStub(channel),
                    LeaseGrpc.newStub(channel),
                    ClusterGrpc.newBlockingStub(channel),
                    MaintenanceGrpc.newBlockingStub(channel),
                    AuthGrpc.newBlockingStub(channel));
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("could not stop a part", e);
            }
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        parts.push(part);
        return part;
    }

    private static <T> T await(io.vertx.core.Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** Knows which calls are open, and what their connections have outstanding. */
    private final class CallWatch implements ServerInterceptor {

        @Override
        public <ReqT, RespT> ServerCall.Listener<ReqT> interceptCall(
                ServerCall<ReqT, RespT> call, Metadata headers, ServerCallHandler<ReqT, RespT> next) {
            backlogs.add(Objects.requireNonNull(call.getAttributes().get(Backlog.KEY)));
            openCalls.incrementAndGet();
            return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
                @Override
                public void onCancel() {
                    openCalls.decrementAndGet();
                    super.onCancel();
                }

                @Override
                public void onComplete() {
                    openCalls.decrementAndGet();
                    super.onComplete();
                }
            };
        }
    }

    private final class Gauges implements WatchMeter {

        @Override
        public void slowWatchers(int count) {
            watchGauges.put("slow", count);
        }

        @Override
        public void watchers(int count) {
            watchGauges.put("watchers", count);
        }

        @Override
        public void streams(int count) {
            watchGauges.put("streams", count);
        }
    }

    private record History(KvStore store) implements HistorySource {

        @Override
        public long revision() {
            return store.revision();
        }

        @Override
        public long compactRevision() {
            return store.compactRevision();
        }

        @Override
        public HistorySource.History read(long fromRevision, int maxRevisions, long maxBytes) {
            return switch (store.history(fromRevision, maxRevisions, maxBytes)) {
                case HistoryRead.Revisions read -> new HistorySource.History.Revisions(read.revisions());
                case HistoryRead.Compacted gone -> new HistorySource.History.Compacted(gone.compactRevision());
            };
        }
    }

    private record Clock(LeaseKeeper keeper) implements LeaseClock {

        @Override
        public CompletableFuture<KeepAlive> keepAlive(long id) {
            return keeper.keepAlive(id);
        }

        @Override
        public CompletableFuture<TimeLeft> timeLeft(long id) {
            OptionalLong seconds = keeper.remainingSeconds(id);
            TimeLeft left = seconds.isEmpty()
                    ? new TimeLeft.Failed(ErrorCode.NO_LEADER)
                    : seconds.getAsLong() < 0 ? new TimeLeft.Gone() : new TimeLeft.Seconds(seconds.getAsLong());
            return CompletableFuture.completedFuture(left);
        }
    }

    private record Care(MemoryStore memory, KvStore store) implements StorageCare {

        @Override
        public long sizeBytes() {
            return memory.diskBytes();
        }

        @Override
        public long sizeInUseBytes() {
            return memory.liveBytes();
        }

        @Override
        public long quotaBytes() {
            return 2L << 30;
        }

        @Override
        public void defragment() {}

        @Override
        public boolean isDefragmenting() {
            return false;
        }

        @Override
        public CompletableFuture<Void> physicallyCompacted(long revision) {
            var compactor = store.compactor();
            while (compactor.step(1000)) {
                Thread.onSpinWait();
            }
            return CompletableFuture.completedFuture(null);
        }
    }
}
