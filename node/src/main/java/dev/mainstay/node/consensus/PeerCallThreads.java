package dev.mainstay.node.consensus;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
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

    /** Several calls from each of eight peers. */
    private static final int MOST_THREADS = 16;

    /** Whoever calls when so many wait is slowed down: the network's thread answers him. */
    private static final int MOST_WAITING = 1_024;

    private static final long IDLE_SECONDS = 30;

    private static final String SHORT = PeerWire.descriptor(PeerMethod.PROPOSE).getFullMethodName();

    private final ThreadPoolExecutor others;

    PeerCallThreads() {
        ThreadFactory factory =
                Thread.ofPlatform().daemon().name("peer-calls-", 0).factory();
        others = new ThreadPoolExecutor(
                MOST_THREADS,
                MOST_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING),
                factory,
                new ThreadPoolExecutor.CallerRunsPolicy());
        others.allowCoreThreadTimeOut(true);
    }

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

    /** Calls that wait for a thread. */
    int waiting() {
        return others.getQueue().size();
    }

    @Override
    public void close() {
        others.shutdown();
    }
}
