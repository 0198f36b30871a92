package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.faults.Network;
import dev.mainstay.e2e.faults.PlainNetwork;
import dev.mainstay.e2e.server.Program;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LeaseTimeToLiveRequest;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a member answers, and when, after the other two of three have died. */
@Tag("cluster")
class TimeoutsE2E {
    private static final String TIMED_OUT = "UNAVAILABLE: etcdserver: request timed out";
    private static final String NO_LEADER = "UNAVAILABLE: etcdserver: no leader";

    @ParameterizedTest
    @EnumSource(Program.class)
    void everyKindOfRequestSaysWhyItRanOutOfTime(Program program, @TempDir Path dir) throws Exception {
        try (Network network = new PlainNetwork(3);
                TestCluster cluster = TestCluster.start(program, dir, 3, network)) {
            int leader = cluster.awaitLeader();
            EtcdClient client = cluster.client(leader);
            client.kv().put(put());
            client.lease()
                    .leaseGrant(
                            LeaseGrantRequest.newBuilder().setID(7).setTTL(600).build());

            // Under way while the quorum dies.
            for (int i = 0; i < 3; i++) {
                if (i != leader) {
                    cluster.member(i).pause();
                }
            }
            long start = System.nanoTime();
            ListenableFuture<?> put = client.kvAsync().put(put());
            ListenableFuture<?> read = client.kvAsync().range(range().build());
            assertThat(end(put)).isEqualTo(TIMED_OUT);
            assertThat(end(read)).isEqualTo(TIMED_OUT);
            assertThat(secondsSince(start)).isBetween(6.0, 20.0);

            // Begun when there is no leader.
            awaitNoLeader(client);
            start = System.nanoTime();
            put = client.kvAsync().put(put());
            read = client.kvAsync().range(range().build());
            ListenableFuture<?> timeToLive = LeaseGrpc.newFutureStub(client.channel())
                    .leaseTimeToLive(
                            LeaseTimeToLiveRequest.newBuilder().setID(7).build());
            CompletableFuture<Status> renewal = keepAlive(client);
            assertThat(end(put)).isEqualTo("DEADLINE_EXCEEDED: context deadline exceeded");
            assertThat(end(read)).isEqualTo(TIMED_OUT);
            assertThat(end(timeToLive)).isEqualTo(NO_LEADER);
            assertThat(text(renewal.get(30, TimeUnit.SECONDS))).isEqualTo(NO_LEADER);
            assertThat(secondsSince(start)).isBetween(6.0, 20.0);

            // Which needs none, or insists on one.
            assertThat(client.kv().range(range().setSerializable(true).build()).getCount())
                    .isEqualTo(1);
            Metadata insisting = new Metadata();
            insisting.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
            assertThat(end(client.kvAsync()
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(insisting))
                            .range(range().setSerializable(true).build())))
                    .isEqualTo(NO_LEADER);
            StatusResponse status = client.maintenance().status(StatusRequest.getDefaultInstance());
            assertThat(status.getLeader()).isZero();
            assertThat(status.getErrorsList()).containsExactly("etcdserver: no leader");
        }
    }

    private static String end(ListenableFuture<?> call) throws Exception {
        try {
            return "OK: " + call.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return text(Status.fromThrowable(e));
        }
    }

    private static String text(Status status) {
        return status.getCode() + ": " + status.getDescription();
    }

    private static CompletableFuture<Status> keepAlive(EtcdClient client) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        client.leaseAsync()
                .leaseKeepAlive(new StreamObserver<LeaseKeepAliveResponse>() {
                    @Override
                    public void onNext(LeaseKeepAliveResponse value) {
                        end.complete(Status.OK.withDescription("renewed for " + value.getTTL()));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        end.complete(Status.fromThrowable(failure));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete(Status.OK.withDescription("ended"));
                    }
                })
                .onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
        return end;
    }

    private static void awaitNoLeader(EtcdClient client) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (leader(client) != 0) {
            assertThat(System.nanoTime()).as("still a leader").isLessThan(deadline);
            Thread.sleep(50);
        }
    }

    private static long leader(EtcdClient client) {
        try {
            return client.maintenance()
                    .status(StatusRequest.getDefaultInstance())
                    .getLeader();
        } catch (StatusRuntimeException e) {
            throw new AssertionError("Status needs no leader", e);
        }
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static PutRequest put() {
        return PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFromUtf8("v"))
                .build();
    }

    private static RangeRequest.Builder range() {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k"));
    }
}
