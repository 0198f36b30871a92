package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberPromoteRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a learner serves and what it becomes. */
@Tag("cluster")
class LearnerE2E {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String REFUSAL = "etcdserver: rpc not supported for learner";

    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void learnerServesWhatNeedsNobodyElseAndRefusesTheRest(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(2);
                TestCluster cluster = TestCluster.start(program, dir, 1, network);
                Load load = new Load(cluster.client(0))) {
            int learner = cluster.addLearner(PATIENCE);
            cluster.member(learner).awaitReady();
            EtcdClient client = cluster.client(learner);

            await(() -> serializable(client, "load").getCount() == 1);
            StatusResponse status = status(client);
            assertThat(status.getIsLearner()).isTrue();
            assertThat(status.getLeader()).isEqualTo(status(cluster.client(0)).getLeader());
            await(() -> http(cluster, learner, "/health").startsWith("200 {\"health\":\"true\""));
            assertThat(http(cluster, learner, "/readyz")).startsWith("503 ").contains("[-]non_learner");
            assertThat(http(cluster, learner, "/livez")).startsWith("200 ok");
            assertThat(http(cluster, learner, "/metrics")).contains("\netcd_server_is_learner 1");
            assertThat(http(cluster, 0, "/metrics")).contains("\netcd_server_is_learner 0");

            // Its code was another one before etcd 3.6.
            Status.Code code = program == Program.ETCD ? Status.Code.UNAVAILABLE : Status.Code.FAILED_PRECONDITION;
            for (ThrowingCallable call : refused(client)) {
                assertThatThrownBy(call)
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class, refusal -> assertRefusal(refusal.getStatus(), code));
            }
            assertRefusal(watch(client), code);
            assertRefusal(keepAlive(client), code);

            load.stop();
            promote(cluster.client(0), learner(cluster, 0));
            await(() -> !status(client).getIsLearner());
            assertThat(client.kv().range(key("load")).getCount()).isEqualTo(1);
            assertThat(client.cluster()
                            .memberList(MemberListRequest.newBuilder()
                                    .setLinearizable(true)
                                    .build())
                            .getMembersList())
                    .hasSize(2)
                    .noneMatch(member -> member.getIsLearner());
            assertThat(http(cluster, learner, "/readyz")).startsWith("200 ok");
            assertThat(http(cluster, learner, "/metrics")).contains("\netcd_server_is_learner 0");
            assertThat(http(cluster, 0, "/metrics")).contains("\netcd_server_learner_promote_successes 1");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void learnerAddedUnderLoadOutlivesLeadersIsPromotedAndVotes(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(4);
                TestCluster cluster = TestCluster.start(program, dir, 3, network);
                Load load = new Load(cluster.client(0))) {
            int learner = cluster.addLearner(PATIENCE);
            long pid = cluster.member(learner).pid();
            cluster.member(learner).awaitReady();
            EtcdClient client = cluster.client(learner);
            await(() -> serializable(client, "load").getCount() == 1);

            // Two leaders come and go; the learner only follows.
            for (int i = 0; i < 2; i++) {
                int leader = cluster.awaitLeader();
                cluster.member(leader).kill9();
                cluster.awaitLeader();
                cluster.start(leader);
            }
            await(() -> status(client).getLeader() != 0 && status(client).getIsLearner());
            await(() -> http(cluster, learner, "/health").startsWith("200 {\"health\":\"true\""));
            load.stop();

            int leader = cluster.awaitLeader();
            promote(cluster.client(leader), learner(cluster, leader));
            assertThatThrownBy(() -> promote(
                            cluster.client(leader), status(client).getHeader().getMemberId()))
                    .hasMessageContaining("etcdserver: can only promote a learner member");
            await(() -> client.kv().range(key("load")).getCount() == 1);
            assertThat(cluster.member(learner).pid()).isEqualTo(pid);

            // Of four voters three are left: nothing is decided without the new one.
            cluster.member(leader).kill9();
            int next = cluster.awaitLeader();
            put(cluster.client(next), "after", "v");
            assertThat(client.kv().range(key("after")).getCount()).isEqualTo(1);
            assertThat(cluster.member(learner).isRunning()).isTrue();
        }
    }

    /** Its log can't bring it up to date: it gets a snapshot first. */
    @ParameterizedTest
    @MethodSource("dev.mainstay.e2e.server.Program#forClusters")
    void learnerOfAClusterThatHasDroppedItsLogIsPromotedToo(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(2);
                TestCluster cluster = TestCluster.start(program, dir, 1, network, "--snapshot-count=10")) {
            EtcdClient voter = cluster.client(0);
            String mebibyte = "v".repeat(1 << 20);
            for (int i = 0; i < 40; i++) {
                put(voter, "large" + i, mebibyte);
            }
            int learner = cluster.addLearner(PATIENCE);
            long pid = cluster.member(learner).pid();
            cluster.member(learner).awaitReady();
            EtcdClient client = cluster.client(learner);
            await(() -> serializable(client, "large39").getCount() == 1);
            await(() -> http(cluster, learner, "/health").startsWith("200 {\"health\":\"true\""));

            promote(voter, learner(cluster, 0));

            await(() -> client.kv().range(key("large39")).getCount() == 1);
            put(client, "after", "v");
            assertThat(cluster.member(learner).pid()).isEqualTo(pid);
            // Mainstay starts again on a snapshot, within its process; that must be all.
            assertThat(cluster.member(learner).log().split("the member starts again", -1))
                    .hasSize(program == Program.ETCD ? 1 : 2);
        }
    }

    private static List<ThrowingCallable> refused(EtcdClient client) {
        return List.of(
                () -> client.kv().range(key("load")),
                () -> put(client, "k", "v"),
                () -> client.kv().txn(TxnRequest.getDefaultInstance()),
                () -> client.lease()
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()),
                () -> client.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()),
                () -> client.cluster().memberList(MemberListRequest.getDefaultInstance()),
                () -> client.maintenance().alarm(AlarmRequest.getDefaultInstance()),
                () -> client.maintenance().hash(HashRequest.getDefaultInstance()),
                () -> client.maintenance().hashKV(HashKVRequest.getDefaultInstance()),
                () -> client.maintenance().defragment(DefragmentRequest.getDefaultInstance()),
                () -> HealthGrpc.newBlockingStub(client.channel()).check(HealthCheckRequest.getDefaultInstance()));
    }

    private static void assertRefusal(Status status, Status.Code code) {
        assertThat(status.getDescription()).isEqualTo(REFUSAL);
        assertThat(status.getCode()).isEqualTo(code);
    }

    private static Status watch(EtcdClient client) throws Exception {
        End end = new End();
        client.watch()
                .watch(end.<dev.mainstay.etcd.proto.WatchResponse>observer())
                .onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("k")))
                        .build());
        return end.status.get(20, TimeUnit.SECONDS);
    }

    private static Status keepAlive(EtcdClient client) throws Exception {
        End end = new End();
        client.leaseAsync()
                .leaseKeepAlive(end.<dev.mainstay.etcd.proto.LeaseKeepAliveResponse>observer())
                .onNext(LeaseKeepAliveRequest.newBuilder().setID(1).build());
        return end.status.get(20, TimeUnit.SECONDS);
    }

    /** How a stream ends. */
    private static final class End {
        private final CompletableFuture<Status> status = new CompletableFuture<>();

        <T> StreamObserver<T> observer() {
            return new StreamObserver<>() {
                @Override
                public void onNext(T value) {
                    // Only the end counts.
                }

                @Override
                public void onError(Throwable failure) {
                    status.complete(Status.fromThrowable(failure));
                }

                @Override
                public void onCompleted() {
                    status.complete(Status.OK);
                }
            };
        }
    }

    /** Keeps writing one key through one member, whatever comes of it. */
    private static final class Load implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Thread thread;

        Load(EtcdClient client) {
            put(client, "load", "v");
            thread = Thread.ofPlatform().start(() -> {
                for (int i = 0; !stopped.get(); i++) {
                    try {
                        put(client, "load", "v" + i);
                    } catch (StatusRuntimeException e) {
                        // The member is down, or without a leader.
                        client.channel().resetConnectBackoff();
                    }
                }
            });
        }

        void stop() {
            stopped.set(true);
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            stop();
        }
    }

    private static void promote(EtcdClient client, long id) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                client.cluster()
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(id).build());
                return;
            } catch (StatusRuntimeException e) {
                boolean notYet = String.valueOf(e.getStatus().getDescription()).contains("in sync with leader");
                if (!notYet || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private static long learner(TestCluster cluster, int asked) {
        return cluster
                .client(asked)
                .cluster()
                .memberList(MemberListRequest.getDefaultInstance())
                .getMembersList()
                .stream()
                .filter(member -> member.getIsLearner())
                .findFirst()
                .orElseThrow()
                .getID();
    }

    private static void put(EtcdClient client, String key, String value) {
        client.kv()
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(bytes(key))
                        .setValue(bytes(value))
                        .build());
    }

    private static RangeResponse serializable(EtcdClient client, String key) {
        return client.kv().range(key(key).toBuilder().setSerializable(true).build());
    }

    private static RangeRequest key(String key) {
        return RangeRequest.newBuilder().setKey(bytes(key)).build();
    }

    private static StatusResponse status(EtcdClient client) {
        return client.maintenance().status(StatusRequest.getDefaultInstance());
    }

    /** Status code, a blank, body. */
    private static String http(TestCluster cluster, int member, String path) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(cluster.endpoints().get(member) + path))
                            .timeout(Duration.ofSeconds(20))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return response.statusCode() + " " + response.body();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (StatusRuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}
