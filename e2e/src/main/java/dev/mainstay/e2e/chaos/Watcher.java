package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.linear.WatchLog;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Watches keys through one member, and goes on through another one, from the revision after the last it saw, when the stream
 * breaks, when the member has no leader, and every few seconds anyway.
 */
final class Watcher implements Runnable {
    private static final int MOST_STREAM_MILLIS = 6_000;
    private static final int POLL_MILLIS = 20;
    private static final Metadata HAS_LEADER = new Metadata();

    static {
        HAS_LEADER.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    }

    private final TestCluster cluster;
    private final WatchLog log;
    private final Random random;
    private volatile boolean stopping;
    private volatile @Nullable String problem;

    Watcher(TestCluster cluster, WatchLog log, Random random) {
        this.cluster = cluster;
        this.log = log;
        this.random = random;
    }

    WatchLog log() {
        return log;
    }

    /** What was answered that must never be; null if nothing was. */
    @Nullable
    String problem() {
        return problem;
    }

    void stop() {
        stopping = true;
    }

    @Override
    public void run() {
        int streams = 0;
        while (!stopping && problem == null) {
            int member = random.nextInt(cluster.size());
            Stream stream = new Stream(streams++);
            cluster.client(member).channel().resetConnectBackoff();
            WatchGrpc.WatchStub stub = cluster.client(member)
                    .watch()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(HAS_LEADER));
            StreamObserver<WatchRequest> requests = stub.watch(stream);
            requests.onNext(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder()
                            .setKey(Wire.bytes(log.keys().first()))
                            .setRangeEnd(Wire.bytes(log.keys().end()))
                            .setStartRevision(log.next()))
                    .build());
            long end = System.nanoTime() + random.nextInt(MOST_STREAM_MILLIS) * 1_000_000L;
            while (!stopping && !stream.broken && System.nanoTime() < end) {
                rest();
            }
            stream.leave();
            try {
                requests.onError(Status.CANCELLED.asRuntimeException());
            } catch (IllegalStateException alreadyClosed) {
                // The server was quicker.
            }
        }
    }

    private void rest() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            stopping = true;
            Thread.currentThread().interrupt();
        }
    }

    /** One stream; what it still brings after it was left doesn't count, as the next one brings it, too. */
    private final class Stream implements StreamObserver<WatchResponse> {
        private final int number;
        private volatile boolean broken;
        private boolean left;

        Stream(int number) {
            this.number = number;
        }

        @Override
        public synchronized void onNext(WatchResponse response) {
            if (left) {
                return;
            }
            if (response.getCompactRevision() != 0) {
                problem = log.name() + ": nothing was compacted, but it was told " + response;
            }
            if (response.getEventsCount() > 0) {
                log.received(
                        number,
                        response.getEventsList().stream().map(Wire::change).toList());
            }
            if (response.getCanceled()) {
                broken = true;
            }
        }

        @Override
        public void onError(Throwable error) {
            broken = true;
        }

        @Override
        public void onCompleted() {
            broken = true;
        }

        synchronized void leave() {
            left = true;
        }
    }
}
