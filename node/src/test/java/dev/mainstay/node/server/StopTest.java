package dev.mainstay.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.LeaseGrpc;
import dev.mainstay.etcd.proto.LeaseKeepAliveResponse;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTest {

    @TempDir
    Path temp = Path.of("");

    @Test
    void openStreamsEndUnavailableAndTheStopIsQuick() throws Exception {
        try (RunningMember member = new RunningMember(temp)) {
            var watched = new End<WatchResponse>();
            StreamObserver<WatchRequest> watch =
                    WatchGrpc.newStub(member.channel()).watch(watched);
            watch.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                    .build());
            var kept = new End<LeaseKeepAliveResponse>();
            LeaseGrpc.newStub(member.channel()).leaseKeepAlive(kept);
            watched.first.get(10, TimeUnit.SECONDS);

            long start = System.nanoTime();
            member.member().close();
            Duration took = Duration.ofNanos(System.nanoTime() - start);

            for (Status end : new Status[] {watched.get(), kept.get()}) {
                assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(end.getDescription()).isEqualTo("etcdserver: server stopped");
            }
            assertThat(took).isLessThan(Duration.ofSeconds(2));
        }
    }

    /** How a stream began and ended. */
    private static final class End<T> implements StreamObserver<T> {

        private final CompletableFuture<T> first = new CompletableFuture<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        Status get() throws Exception {
            return end.get(10, TimeUnit.SECONDS);
        }

        @Override
        public void onNext(T message) {
            first.complete(message);
        }

        @Override
        public void onError(Throwable failure) {
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }
}
