package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SnapshotStreamsTest {

    private static final int BYTES = 1 << 20;

    private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();
    private final SnapshotStreams streams = new SnapshotStreams(this::open, "3.7.0");

    @AfterEach
    void close() {
        streams.close();
    }

    /** A snapshot of zeros, which tells when it is closed. */
    private StoreExports.StoreExport open(BooleanSupplier cancelled) {
        return new StoreExports.StoreExport() {
            @Override
            public long revision() {
                return 1;
            }

            @Override
            public long bytes() {
                return BYTES;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(new byte[BYTES]);
            }

            @Override
            public void close() {
                ends.add(cancelled.getAsBoolean());
            }
        };
    }

    @Test
    void aClientIsSentNothingBeforeItHasRoomAndEverythingOnceItHas() throws InterruptedException {
        Call call = new Call();
        ServerCall.Listener<SnapshotRequest> listener = streams.start(call);
        assertThat(call.closed.poll(100, TimeUnit.MILLISECONDS)).isNull();
        assertThat(call.messages).isEmpty();

        call.ready = true;
        listener.onReady();

        assertThat(call.awaitClosed().isOk()).isTrue();
        assertThat(call.messages).hasSize(BYTES / (32 << 10) + 1);
        assertThat(ends.take()).isFalse();
        assertThat(streams.bytes()).isEqualTo(BYTES + 32);
    }

    @Test
    void aClientThatGoesEndsItsSnapshotAtOnce() throws InterruptedException {
        Call call = new Call();
        ServerCall.Listener<SnapshotRequest> listener = streams.start(call);
        call.cancelled = true;

        listener.onCancel();

        assertThat(ends.poll(10, TimeUnit.SECONDS)).isTrue();
        assertThat(call.messages).isEmpty();
    }

    @Test
    void aThirdIsRefusedWhileTwoAreUnderWay() throws InterruptedException {
        for (int i = 0; i < SnapshotStreams.MOST; i++) {
            streams.start(new Call());
        }
        Call third = new Call();

        streams.start(third);

        assertThat(third.awaitClosed().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aMemberThatStopsEndsThem() throws InterruptedException {
        Call call = new Call();
        streams.start(call);

        streams.close();

        assertThat(call.awaitClosed().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(ends.take()).isTrue();
        assertThat(streams.open()).isZero();
    }

    /** A call whose client is the test. */
    private static final class Call extends ServerCall<SnapshotRequest, SnapshotResponse> {

        private final List<SnapshotResponse> messages = new ArrayList<>();
        private final BlockingQueue<Status> closed = new LinkedBlockingQueue<>();
        private volatile boolean ready;
        private volatile boolean cancelled;

        Status awaitClosed() throws InterruptedException {
            return Objects.requireNonNull(closed.poll(10, TimeUnit.SECONDS), "still open");
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(SnapshotResponse message) {
            messages.add(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed.add(status);
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public MethodDescriptor<SnapshotRequest, SnapshotResponse> getMethodDescriptor() {
            throw new UnsupportedOperationException();
        }
    }
}
