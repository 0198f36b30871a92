package dev.mainstay.node.consensus;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.com.google.common.util.concurrent.MoreExecutors;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallExecutorSupplier;

/**
 * On which threads peers' calls are answered. Batches that others forward, which all writes through them are and which wait for
 * nothing, are taken on the network's own thread: handing them over costs as much as doing it. The rest has threads of its own:
 * votes wait for the disk, a connection's first call may wait for the name of its caller, and a candidate that is sent entries
 * waits for the end of its own election, whose answers come over the network's threads.
 */
final class PeerCallThreads implements ServerCallExecutorSupplier, AutoCloseable {

    /** Eight calls from each of eight peers. More are refused, and asked again by those who meant them. */
    private static final int MOST_THREADS = 64;

    private static final long IDLE_SECONDS = 30;

    private static final String SHORT = PeerWire.descriptor(PeerMethod.PROPOSE).getFullMethodName();

    /** Hands each call to the thread that was idle last, whose memory is still at hand. */
    private final ThreadPoolExecutor others = new ThreadPoolExecutor(
            0,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("peer-calls-", 0).factory(),
            new ThreadPoolExecutor.AbortPolicy());

    /** On the thread that calls: for what is short, and doesn't wait. */
    static Executor sameThread() {
        return MoreExecutors.directExecutor();
    }

    @Override
    public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        boolean isShort = SHORT.equals(call.getMethodDescriptor().getFullMethodName())
                && !PeerAddressCheck.isDue(call.getAttributes());
        return isShort ? sameThread() : others;
    }

    /** Calls that are being answered on threads of their own. */
    int running() {
        return others.getActiveCount();
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
