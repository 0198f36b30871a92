package dev.mainstay.node.api;

import static dev.mainstay.node.api.Requests.bytes;
import static dev.mainstay.node.api.Requests.get;
import static dev.mainstay.node.api.Requests.op;
import static dev.mainstay.node.api.Requests.put;
import static dev.mainstay.node.api.Requests.txn;
import static dev.mainstay.node.api.Requests.watch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.etcd.proto.KVGrpc;
import dev.mainstay.etcd.proto.LeaseGrantRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveRequest;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.MemberListRequest;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gRPC client may expect of any server, and what a bad one gets. */
class FrontTest {

    private final ServedMember member = new ServedMember();
    private final ManagedChannel channel = member.connect();
    private final ServedMember.Stubs stubs = ServedMember.Stubs.over(channel);

    @AfterEach
    void stop() {
        channel.shutdownNow();
        member.close();
    }

    @Test
    void malformedRequestIsRefusedAndTheConnectionGoesOn() {
        byte[] noMessage = {0x0f, 0x01};
        byte[] truncated = {0x0a, 0x7f, 'k'};

        for (byte[] request : new byte[][] {noMessage, truncated}) {
            Status status = refusal(() -> RawCalls.unary(channel, "etcdserverpb.KV/Range", request));

            assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(status.getDescription()).startsWith("grpc: error unmarshalling request: ");
        }
        assertThat(stubs.kv().range(get("a")).getCount()).isZero();
    }

    @Test
    void unknownMethodsAndServicesAreNamed() {
        assertThat(refusal(() -> RawCalls.unary(channel, "etcdserverpb.KV/Frobnicate", new byte[0])))
                .extracting(Status::getCode, Status::getDescription)
                .containsExactly(Status.Code.UNIMPLEMENTED, "unknown method Frobnicate for service etcdserverpb.KV");
        assertThat(refusal(() -> RawCalls.unary(channel, "etcdserverpb.Nothing/Get", new byte[0])))
                .extracting(Status::getCode, Status::getDescription)
                .containsExactly(Status.Code.UNIMPLEMENTED, "unknown service etcdserverpb.Nothing");
    }

    @Test
    void compressedRequestIsTaken() {
        String value = "v".repeat(100_000);

        stubs.kv().withCompression("gzip").put(put("a", value));

        assertThat(stubs.kv().range(get("a")).getKvs(0).getValue()).isEqualTo(bytes(value));
    }

    @Test
    void compressionIsNoWayAroundTheLimit() {
        String value = "v".repeat(3 << 20);

        Status status = refusal(() -> stubs.kv().withCompression("gzip").put(put("a", value)));

        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void callEndsWhenItsTimeIsOver() {
        member.log.stall();
        Channel impatient = with(channel, "grpc-timeout", "50m");

        Status status = refusal(() -> KVGrpc.newBlockingStub(impatient).put(put("a", "1")));

        assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        Eventually.holds("the call has ended", () -> member.openCalls() == 0);
    }

    @Test
    void malformedTimeoutIsRefused() {
        Channel odd = with(channel, "grpc-timeout", "soon");

        Status status = refusal(() -> KVGrpc.newBlockingStub(odd).range(get("a")));

        assertThat(status.getDescription()).contains("malformed grpc-timeout");
    }

    @Test
    void deepTransactionIsTakenAsFarAsItsBudgetGoes() {
        assertThat(RawCalls.unary(channel, "etcdserverpb.KV/Txn", nested(127).toByteArray()))
                .isNotEmpty();
        assertThat(refusal(() -> stubs.kv().txn(nested(128))).getDescription())
                .isEqualTo("etcdserver: too many operations in txn request");
    }

    private static TxnRequest nested(int depth) {
        TxnRequest txn = txn(op(put("k", "v")));
        for (int i = 0; i < depth; i++) {
            txn = txn(op(txn));
        }
        return txn;
    }

    @Test
    void watchOutlivesTheEndOfItsRequests() throws InterruptedException {
        Answers<WatchResponse> answers = new Answers<>();
        StreamObserver<WatchRequest> requests = stubs.watch().watch(answers);
        requests.onNext(watch("a", "", 0));
        assertThat(answers.next().getCreated()).isTrue();

        requests.onCompleted();
        stubs.kv().put(put("a", "1"));

        assertThat(answers.next().getEvents(0).getKv().getValue()).isEqualTo(bytes("1"));
        assertThat(answers.isOpen()).isTrue();
    }

    @Test
    void cancelledWatchLeavesNothingBehind() throws InterruptedException {
        Answers<WatchResponse> answers = new Answers<>();
        StreamObserver<WatchRequest> requests = stubs.watch().watch(answers);
        requests.onNext(watch("a", "", 0));
        answers.next();
        Eventually.holds("a watcher", () -> member.watchers() == 1);

        requests.onError(Status.CANCELLED.asRuntimeException());

        Eventually.holds("no watcher", () -> member.watchers() == 0 && member.watchStreams() == 0);
        Eventually.holds("no call", () -> member.openCalls() == 0);
    }

    @Test
    void vanishedClientLeavesNothingBehind() throws InterruptedException {
        ManagedChannel doomed = member.connect();
        ServedMember.Stubs theirs = ServedMember.Stubs.over(doomed);
        Answers<WatchResponse> watching = new Answers<>();
        Answers<LeaseKeepAliveResponse> keeping = new Answers<>();
        theirs.watch().watch(watching).onNext(watch("a", "", 0));
        theirs.leaseStreams()
                .leaseKeepAlive(keeping)
                .onNext(LeaseKeepAliveRequest.newBuilder().setID(1).build());
        watching.next();
        keeping.next();
        Eventually.holds("two calls and a watcher", () -> member.openCalls() == 2 && member.watchers() == 1);

        doomed.shutdownNow();

        Eventually.holds("nothing", () -> member.openCalls() == 0 && member.watchers() == 0);
    }

    @Test
    void keepAlivesAreAnsweredInOrder() throws InterruptedException {
        for (long id = 1; id <= 5; id++) {
            stubs.lease()
                    .leaseGrant(LeaseGrantRequest.newBuilder()
                            .setID(id)
                            .setTTL(100 * id)
                            .build());
        }
        Answers<LeaseKeepAliveResponse> answers = new Answers<>();
        StreamObserver<LeaseKeepAliveRequest> requests = stubs.leaseStreams().leaseKeepAlive(answers);

        for (int i = 0; i < 500; i++) {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(i % 7).build());
        }
        requests.onCompleted();

        for (int i = 0; i < 500; i++) {
            LeaseKeepAliveResponse response = answers.next();
            long id = i % 7;
            assertThat(response.getID()).isEqualTo(id);
            assertThat(response.getTTL()).isEqualTo(id >= 1 && id <= 5 ? 100 * id : 0);
        }
        assertThat(answers.end().isOk()).isTrue();
    }

    @Test
    void callersThatInsistOnALeaderAreToldWhenThereIsNone() throws InterruptedException {
        Channel insisting = with(channel, "hasleader", "true");
        ServedMember.Stubs theirs = ServedMember.Stubs.over(channel);
        Answers<WatchResponse> insistingWatch = new Answers<>();
        Answers<WatchResponse> patientWatch = new Answers<>();
        dev.mainstay.etcd.proto.WatchGrpc.newStub(insisting)
                .watch(insistingWatch)
                .onNext(watch("a", "", 0));
        theirs.watch().watch(patientWatch).onNext(watch("a", "", 0));
        insistingWatch.next();
        patientWatch.next();

        member.log.loseLeader();

        assertThat(refusal(() -> KVGrpc.newBlockingStub(insisting).range(get("a"))))
                .extracting(Status::getCode, Status::getDescription)
                .containsExactly(Status.Code.UNAVAILABLE, "etcdserver: no leader");
        assertThat(insistingWatch.end())
                .extracting(Status::getCode, Status::getDescription)
                .containsExactly(Status.Code.UNAVAILABLE, "etcdserver: no leader");
        Eventually.holds("only the patient watcher", () -> member.watchers() == 1);
        assertThat(patientWatch.isOpen()).isTrue();
    }

    @Test
    void healthIsOfTheWholeServer() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);

        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.SERVING);
        assertThat(refusal(() -> health.check(HealthCheckRequest.newBuilder()
                                .setService("etcdserverpb.KV")
                                .build()))
                        .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void reflectionListsTheServicesAndKnowsTheirFiles() throws InterruptedException {
        Answers<ServerReflectionResponse> answers = new Answers<>();
        StreamObserver<ServerReflectionRequest> requests =
                ServerReflectionGrpc.newStub(channel).serverReflectionInfo(answers);

        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        requests.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("etcdserverpb.KV")
                .build());
        requests.onCompleted();

        assertThat(answers.next().getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(
                        "etcdserverpb.KV",
                        "etcdserverpb.Watch",
                        "etcdserverpb.Lease",
                        "etcdserverpb.Cluster",
                        "etcdserverpb.Maintenance",
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection");
        assertThat(answers.next().getFileDescriptorResponse().getFileDescriptorProtoCount())
                .isPositive();
        assertThat(answers.end().isOk()).isTrue();
    }

    @Test
    void memberListCarriesNoRevision() {
        MemberListResponse response = stubs.cluster()
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build());

        assertThat(response.getHeader().getRevision()).isZero();
        assertThat(response.getHeader().getMemberId()).isEqualTo(ServedMember.MEMBER_ID);
        assertThat(response.getMembers(0).getName()).isEqualTo("default");
        assertThat(response.getMembers(0).getID()).isEqualTo(ServedMember.MEMBER_ID);
    }

    @Test
    void manualProgressFollowsTheEvents() throws InterruptedException {
        Answers<WatchResponse> answers = new Answers<>();
        StreamObserver<WatchRequest> requests = stubs.watch().watch(answers);
        requests.onNext(watch("a", "", 0));
        answers.next();

        for (int i = 0; i < 50; i++) {
            stubs.kv().put(put("a", "" + i));
        }
        requests.onNext(Requests.progress());

        long lastEvent = 0;
        WatchResponse message = answers.next();
        while (message.getEventsCount() > 0) {
            lastEvent = message.getEvents(message.getEventsCount() - 1).getKv().getModRevision();
            message = answers.next();
        }
        assertThat(message.getWatchId()).isEqualTo(-1);
        assertThat(message.getHeader().getRevision()).isEqualTo(51);
        assertThat(lastEvent).isEqualTo(51);
        answers.quietFor(Duration.ofMillis(20));
    }

    private static Channel with(Channel channel, String name, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static Status refusal(ThrowingCallable call) {
        StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(thrown).isNotNull();
        return thrown.getStatus();
    }
}
