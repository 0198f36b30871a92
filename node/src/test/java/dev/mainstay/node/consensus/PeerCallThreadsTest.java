package dev.mainstay.node.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerCallThreadsTest {

    private final PeerCallThreads threads = new PeerCallThreads();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        gate.countDown();
        threads.close();
    }

    @Test
    void forwardedBatchesAreTakenWhereTheyArrive() throws Exception {
        assertThat(threadOf(PeerWire.descriptor(PeerMethod.PROPOSE))).isEqualTo(Thread.currentThread());
    }

    @Test
    void whatWaitsForTheDiskOrForOthersHasThreadsOfItsOwn() throws Exception {
        assertThat(threadOf(RaftServerProtocolServiceGrpc.getAppendEntriesMethod()))
                .isNotEqualTo(Thread.currentThread());
        assertThat(threadOf(RaftServerProtocolServiceGrpc.getRequestVoteMethod()))
                .isNotEqualTo(Thread.currentThread());
        assertThat(threadOf(RaftServerProtocolServiceGrpc.getInstallSnapshotMethod()))
                .isNotEqualTo(Thread.currentThread());
        assertThat(threadOf(RaftServerProtocolServiceGrpc.getReadIndexMethod())).isNotEqualTo(Thread.currentThread());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PROPOSE")
    void soHaveAllOtherQuestions(PeerMethod method) throws Exception {
        assertThat(threadOf(PeerWire.descriptor(method))).isNotEqualTo(Thread.currentThread());
    }

    /** The network's thread, which might have to wait for itself then, doesn't answer in their stead. */
    @Test
    void callIsRefusedWhenAllThreadsAreBusy() {
        Executor others = executor(RaftServerProtocolServiceGrpc.getRequestVoteMethod());
        for (int i = 0; i < 64; i++) {
            others.execute(() -> {
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertThat(threads.running()).isEqualTo(64);

        assertThatThrownBy(() -> others.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    private Thread threadOf(MethodDescriptor<?, ?> method) throws InterruptedException {
        List<Thread> ran = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(1);
        executor(method).execute(() -> {
            ran.add(Thread.currentThread());
            done.countDown();
        });
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        return ran.getFirst();
    }

    private Executor executor(MethodDescriptor<?, ?> method) {
        return threads.getExecutor(new Call<>(method), new Metadata());
    }

    /** A call of which only the method is asked. */
    private static final class Call<Q, A> extends ServerCall<Q, A> {

        private final MethodDescriptor<Q, A> method;

        Call(MethodDescriptor<Q, A> method) {
            this.method = method;
        }

        @Override
        public MethodDescriptor<Q, A> getMethodDescriptor() {
            return method;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void request(int messages) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sendHeaders(Metadata headers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sendMessage(A message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close(Status status, Metadata trailers) {
            throw new UnsupportedOperationException();
        }
    }
}
