package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.mainstay.etcd.proto.DowngradeRequest;
import dev.mainstay.etcd.proto.DowngradeRequest.DowngradeAction;
import dev.mainstay.etcd.proto.RangeRequest;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is on the gRPC port besides etcd's own calls: health, reflection, metadata, and methods nobody knows. */
final class GrpcSurfaceE2E extends OnBothServers {
    @Test
    void healthServiceServes() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(client().channel());

        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        assertThat(health.watch(HealthCheckRequest.getDefaultInstance()).next().getStatus())
                .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
        assertThatThrownBy(() -> health.check(
                        HealthCheckRequest.newBuilder().setService("nonsense").build()))
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void reflectionDescribesEveryService() throws Exception {
        Assumptions.assumeTrue(product().hasReflection(), "etcd has no reflection");
        Answers answers = new Answers();
        StreamObserver<ServerReflectionRequest> requests =
                ServerReflectionGrpc.newStub(client().channel()).serverReflectionInfo(answers);

        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(answers.next().getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(
                        "etcdserverpb.KV",
                        "etcdserverpb.Watch",
                        "etcdserverpb.Lease",
                        "etcdserverpb.Cluster",
                        "etcdserverpb.Maintenance",
                        "grpc.health.v1.Health");
        requests.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("etcdserverpb.KV")
                .build());
        ByteString file = answers.next().getFileDescriptorResponse().getFileDescriptorProto(0);
        assertThat(FileDescriptorProto.parseFrom(file).getServiceList())
                .anySatisfy(service -> assertThat(service.getName()).isEqualTo("KV"));
        requests.onCompleted();
    }

    @Test
    void methodsNobodyKnowsAreUnimplemented() {
        MethodDescriptor<RangeRequest, RangeRequest> unknown = MethodDescriptor.<RangeRequest, RangeRequest>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("etcdserverpb.KV/Nonsense")
                .setRequestMarshaller(ProtoUtils.marshaller(RangeRequest.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(RangeRequest.getDefaultInstance()))
                .build();

        assertUnimplemented(unknown);
        assertUnimplemented(
                unknown.toBuilder().setFullMethodName("nonsense.Service/Get").build());
        assertThat(client().kv()
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .build())
                        .hasHeader())
                .isTrue();
    }

    @Test
    void hasLeaderMetadataIsAcceptedWhileThereIsOne() {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        metadata.put(Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER), "3.6");

        assertThat(client().kv()
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("a"))
                                .build())
                        .hasHeader())
                .isTrue();
    }

    @Test
    void downgradesThatCannotBeAreRefused() {
        for (DowngradeAction action : List.of(DowngradeAction.VALIDATE, DowngradeAction.ENABLE)) {
            for (String version : List.of("", "x", "3", "3.", "3.4.x", "v3.4", "3.4.0.1", "-3.4", "3.4-rc")) {
                assertRefused(
                        action,
                        version,
                        Status.Code.INVALID_ARGUMENT,
                        "etcdserver: wrong downgrade target version format");
            }
            for (String version : List.of("1.0", "3.99", "99.0.0", "3.1.0-rc.1+meta")) {
                assertRefused(
                        action, version, Status.Code.INVALID_ARGUMENT, "etcdserver: invalid downgrade target version");
            }
        }
        assertThatThrownBy(() -> client().maintenance()
                        .downgrade(DowngradeRequest.newBuilder()
                                .setActionValue(7)
                                .setVersion("3.4")
                                .build()))
                .hasMessage("UNKNOWN: etcdserver: unknown method");
    }

    @Test
    void thereIsNoDowngradeToCancel() {
        assertThatThrownBy(() -> client().maintenance()
                        .downgrade(DowngradeRequest.newBuilder()
                                .setAction(DowngradeAction.CANCEL)
                                .build()))
                .hasMessage("FAILED_PRECONDITION: etcdserver: no inflight downgrade job");
    }

    private void assertRefused(DowngradeAction action, String version, Status.Code code, String text) {
        assertThatThrownBy(() -> client().maintenance()
                        .downgrade(DowngradeRequest.newBuilder()
                                .setAction(action)
                                .setVersion(version)
                                .build()))
                .as("%s %s", action, version)
                .hasMessage(code + ": " + text);
    }

    private void assertUnimplemented(MethodDescriptor<RangeRequest, RangeRequest> method) {
        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        client().channel(), method, CallOptions.DEFAULT, RangeRequest.getDefaultInstance()))
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    /** The answers of one reflection stream. */
    private static final class Answers implements StreamObserver<ServerReflectionResponse> {
        private final BlockingQueue<ServerReflectionResponse> arrived = new LinkedBlockingQueue<>();

        @Override
        public void onNext(ServerReflectionResponse value) {
            arrived.add(value);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}

        ServerReflectionResponse next() throws InterruptedException {
            ServerReflectionResponse answer = arrived.poll(10, TimeUnit.SECONDS);
            assertThat(answer).as("an answer of the reflection service").isNotNull();
            return answer;
        }
    }
}
