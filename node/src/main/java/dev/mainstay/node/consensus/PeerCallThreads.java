package dev.mainstay.node.consensus;

import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.com.google.common.util.concurrent.MoreExecutors;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallExecutorSupplier;

/**
 * On which threads peers' calls are answered. What every write passes, and never waits for anything long, runs on the network's
 * own thread: handing it over costs as much as doing it. The rest has threads of its own, as votes wait for the disk, pieces of
 * snapshots are read from it, and a connection's first call may wait for the name of its caller.
 */
final class PeerCallThreads implements ServerCallExecutorSupplier, AutoCloseable {

    /** Several calls from each of eight peers. */
    private static final int MOST_THREADS = 16;

    /** Whoever calls when so many wait is slowed down: the network's thread answers him. */
    private static final int MOST_WAITING = 1_024;

    private static final long IDLE_SECONDS = 30;

    private static final Set<String> SHORT = Set.of(
            RaftServerProtocolServiceGrpc.getAppendEntriesMethod().getFullMethodName(),
            RaftServerProtocolServiceGrpc.getReadIndexMethod().getFullMethodName(),
            PeerWire.descriptor(PeerMethod.PROPOSE).getFullMethodName());

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
        boolean isShort = SHORT.contains(call.getMethodDescriptor().getFullMethodName())
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
