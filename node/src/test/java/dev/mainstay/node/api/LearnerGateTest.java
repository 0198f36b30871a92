package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.put;
import static dev.mainstay.node.api.Requests.range;
import static dev.mainstay.node.api.Requests.watch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.DefragmentRequest;
import dev.mainstay.etcd.proto.HashKVRequest;
import dev.mainstay.etcd.proto.HashRequest;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.LeaseLeasesRequest;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LearnerGateTest {

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);

    @AfterEach
    void close() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void learnerServesItsStatusAndSerializableRanges() {
        stubs.kv().put(put("k", "v"));
        member.learner = true;

        assertThat(stubs.maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getIsLearner())
                .isTrue();
        assertThat(stubs.kv()
                        .range(range("k", "").setSerializable(true).build())
                        .getKvsList())
                .hasSize(1);
    }

    @Test
    void learnerRefusesTheRestUntilItIsPromoted() throws Exception {
        member.learner = true;

        assertRefused(() -> stubs.kv().range(get("k")));
        assertRefused(() -> stubs.kv().put(put("k", "v")));
        assertRefused(() -> stubs.kv().txn(TxnRequest.getDefaultInstance()));
        assertRefused(() -> stubs.lease().leaseGrant(LeaseGrantRequest.getDefaultInstance()));
        assertRefused(() -> stubs.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()));
        assertRefused(() -> stubs.cluster().memberList(MemberListRequest.getDefaultInstance()));
        assertRefused(() -> stubs.maintenance().hash(HashRequest.getDefaultInstance()));
        assertRefused(() -> stubs.maintenance().hashKV(HashKVRequest.getDefaultInstance()));
        assertRefused(() -> stubs.maintenance().defragment(DefragmentRequest.getDefaultInstance()));
        assertRefused(() -> stubs.maintenance().alarm(AlarmRequest.getDefaultInstance()));
        assertRefused(() -> HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()));
        Answers<WatchResponse> watch = new Answers<>();
        stubs.watch().watch(watch).onNext(watch("k", "", 0));
        assertRefusal(watch.end());
        Answers<LeaseKeepAliveResponse> renewals = new Answers<>();
        stubs.leaseStreams().leaseKeepAlive(renewals).onNext(LeaseKeepAliveRequest.getDefaultInstance());
        assertRefusal(renewals.end());

        member.learner = false;

        stubs.kv().put(put("k", "v"));
        assertThat(stubs.kv().range(get("k")).getCount()).isEqualTo(1);
        assertThat(stubs.maintenance()
                        .status(StatusRequest.getDefaultInstance())
                        .getIsLearner())
                .isFalse();
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> assertRefusal(refusal.getStatus()));
    }

    private static void assertRefusal(Status status) {
        assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(status.getDescription()).isEqualTo("etcdserver: rpc not supported for learner");
    }
}
