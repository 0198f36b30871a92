package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.SnapshotRequest;
import dev.mainstay.etcd.proto.SnapshotResponse;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The snapshots that clients are being sent, each on a thread of its own; a few at a time, others are refused. Any thread. */
public final class SnapshotStreams implements AutoCloseable {

    /** Snapshots at a time. Each takes some 10 MiB of the heap and reads the whole store twice. */
    static final int MOST = 2;

    /** A client that takes nothing for so long is let go: meanwhile the store forgets nothing. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long STOP_SECONDS = 5;

    private final StoreExports exports;
    private final String version;
    private final ExecutorService threads;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong whole = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean stopped;

    /** @param version what every message says of the store */
    SnapshotStreams(StoreExports exports, String version) {
        this.exports = exports;
        this.version = version;
        this.threads = new ThreadPoolExecutor(0, MOST, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "client-snapshot");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to send a snapshot, or refuses. */
    ServerCall.Listener<SnapshotRequest> start(ServerCall<SnapshotRequest, SnapshotResponse> call) {
        SnapshotStreaming stream = new SnapshotStreaming(call, version, () -> stopped, bytes::addAndGet);
        try {
            threads.execute(() -> run(stream));
        } catch (RejectedExecutionException e) {
            call.close(Statuses.of(stopped ? ErrorCode.STOPPED : ErrorCode.TOO_MANY_REQUESTS), new Metadata());
        }
        return stream;
    }

    private void run(SnapshotStreaming stream) {
        open.incrementAndGet();
        try {
            boolean all = stream.send(exports);
            (all ? whole : failed).incrementAndGet();
        } finally {
            open.decrementAndGet();
        }
    }

    /** How many are under way. */
    public int open() {
        return open.get();
    }

    /** How many were sent whole since the start. */
    public long whole() {
        return whole.get();
    }

    /** How many ended otherwise since the start. */
    public long failed() {
        return failed.get();
    }

    /** Bytes of snapshots sent since the start. */
    public long bytes() {
        return bytes.get();
    }

    /** Ends those under way; the store may be closed afterwards. */
    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
        try {
            boolean _ = threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
