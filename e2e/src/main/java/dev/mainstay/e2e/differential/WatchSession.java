package dev.mainstay.e2e.differential;

import dev.mainstay.etcd.proto.WatchCancelRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchProgressRequest;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watch stream of one server, driven in steps: after each one the session has seen everything that must have come.
 *
 * <p>How it knows: it asks for progress until the server answers with the current revision, which the contract only allows
 * once all watchers have everything up to it. Where etcd never answers (a watcher that starts in the future, a watcher lost
 * to a compaction), it waits until the stream has been silent for a while.
 *
 * <p>Used by its player's thread; gRPC's threads only fill the queue.
 */
final class WatchSession implements AutoCloseable {
    private static final long ANSWER_TIMEOUT_MILLIS = 10_000;
    /** etcd looks for watchers that lag every 100 ms; the rest is for a busy machine. */
    private static final long SILENCE_MILLIS = 500;

    private static final long ASK_EVERY_MILLIS = 15;

    private static final long PROGRESS_PATIENCE_MILLIS = 40;

    private final StreamObserver<WatchRequest> requests;
    private final LinkedBlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
    private final Map<Long, Watcher> watchers = new TreeMap<>();
    private final List<String> streamLines = new ArrayList<>();
    private boolean lostToCompaction;
    private boolean ended;
    private boolean createdSinceCaughtUp;
    private long caughtUpTo;
    private long promised;

    /** A watcher on this stream, live or gone; gone ones keep their transcript until it has been read. */
    private static final class Watcher {
        final long startRevision;
        final WatchTranscript transcript;
        /** Starts below the compacted revision, so the server will cancel it; when is its own affair. */
        final boolean doomed;

        boolean live = true;

        Watcher(long startRevision, long compactedRevision) {
            this.startRevision = startRevision;
            this.doomed = startRevision > 0 && startRevision < compactedRevision;
            this.transcript = new WatchTranscript(compactedRevision);
        }
    }

    WatchSession(Channel channel) {
        requests = WatchGrpc.newStub(channel).watch(new StreamObserver<>() {
            @Override
            public void onNext(WatchResponse response) {
                arrived.add(response);
            }

            @Override
            public void onError(Throwable error) {
                arrived.add(Status.fromThrowable(error));
            }

            @Override
            public void onCompleted() {
                arrived.add(Status.OK);
            }
        });
    }

    /**
     * Creates a watcher and waits for the server's word on it. One that starts below the compacted revision gets an id of
     * the server's choice: etcd doesn't free such ids, see {@link KnownDifferences}.
     */
    void create(WatchCreateRequest wanted, long compactedRevision) {
        Watcher watcher = new Watcher(wanted.getStartRevision(), compactedRevision);
        WatchCreateRequest create =
                watcher.doomed ? wanted.toBuilder().clearWatchId().build() : wanted;
        Watcher known = watchers.get(create.getWatchId());
        if (create.getWatchId() != 0 && known != null && known.doomed) {
            return;
        }
        requests.onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
        long deadline = deadline();
        while (!ended) {
            WatchResponse response = poll(deadline);
            if (response == null) {
                streamLines.add("no answer to " + create);
                return;
            }
            if (response.getCreated()) {
                created(response, watcher);
                return;
            }
            accept(response);
        }
    }

    private void created(WatchResponse response, Watcher watcher) {
        long id = response.getWatchId();
        if (response.getCanceled()) {
            streamLines.add(id + " refused header=" + response.getHeader().getRevision() + " compact="
                    + response.getCompactRevision() + " reason=" + response.getCancelReason());
            return;
        }
        Watcher before = watchers.put(id, watcher);
        if (before != null) {
            before.transcript.drain().forEach(line -> streamLines.add(id + " before: " + line));
        }
        watcher.transcript.add(response);
        createdSinceCaughtUp = true;
        // Whatever was promised so far was promised without this watcher.
        promised = 0;
        lostToCompaction |= watcher.doomed;
    }

    /** Cancels a watcher and waits for the answer if there must be one. All streams are caught up before. */
    void cancel(long id) {
        Watcher watcher = watchers.get(id);
        if (watcher != null && watcher.doomed) {
            return;
        }
        requests.onNext(WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
        if (watcher == null || !watcher.live) {
            return;
        }
        long deadline = deadline();
        while (watcher.live && !ended) {
            WatchResponse response = poll(deadline);
            if (response == null) {
                streamLines.add("no answer to cancel of " + id);
                return;
            }
            accept(response);
        }
    }

    /** Asks for progress and gives the answer, if there is to be one, a moment to come before anything else happens. */
    void progress() {
        askForProgress();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROGRESS_PATIENCE_MILLIS);
        while (!ended) {
            WatchResponse response = poll(deadline);
            if (response == null) {
                return;
            }
            accept(response);
            if (response.getWatchId() == -1) {
                return;
            }
        }
    }

    private void askForProgress() {
        if (!ended) {
            requests.onNext(WatchRequest.newBuilder()
                    .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                    .build());
        }
    }

    /** Returns once every watcher has everything up to the current revision. */
    void catchUp(long currentRevision) {
        if (createdSinceCaughtUp || caughtUpTo < currentRevision) {
            await(currentRevision);
            createdSinceCaughtUp = false;
            caughtUpTo = currentRevision;
        }
    }

    private void await(long currentRevision) {
        long deadline = deadline();
        long lastHeard = System.nanoTime();
        long lastAsked = 0;
        while (!ended) {
            boolean silentByDesign = lostToCompaction || anyStartsAfter(currentRevision);
            long now = System.nanoTime();
            if (!anyLive() || (silentByDesign && millis(now - lastHeard) > SILENCE_MILLIS)) {
                return;
            }
            if (!silentByDesign && promised >= currentRevision) {
                return;
            }
            if (!silentByDesign && now > deadline) {
                streamLines.add("no progress to " + currentRevision);
                return;
            }
            if (!silentByDesign && (lastAsked == 0 || millis(now - lastAsked) > ASK_EVERY_MILLIS)) {
                askForProgress();
                lastAsked = now;
            }
            WatchResponse response = poll(now + TimeUnit.MILLISECONDS.toNanos(ASK_EVERY_MILLIS));
            if (response != null) {
                lastHeard = System.nanoTime();
                accept(response);
            }
        }
    }

    /** Whether a watcher started below the compacted revision; etcd never reports progress on such a stream again. */
    boolean lostToCompaction() {
        return lostToCompaction;
    }

    /** What was received since the last call: per watcher, in order. */
    List<String> drain() {
        List<String> lines = new ArrayList<>(streamLines);
        streamLines.clear();
        watchers.forEach(
                (id, watcher) -> watcher.transcript.drain().forEach(line -> lines.add("watcher " + id + ": " + line)));
        return lines;
    }

    @Override
    public void close() {
        requests.onError(Status.CANCELLED.withDescription("step").asRuntimeException());
    }

    private void accept(WatchResponse response) {
        long id = response.getWatchId();
        boolean interrupted = watchers.entrySet().stream()
                .anyMatch(other ->
                        other.getKey() != id && other.getValue().transcript.fragmentOpen());
        if (interrupted) {
            streamLines.add("BROKEN RULE: a message of " + id + " between the fragments of another");
        }
        if (id == -1 && response.getEventsCount() == 0 && !response.getCanceled()) {
            promised = Math.max(promised, response.getHeader().getRevision());
            watchers.values().stream()
                    .filter(watcher -> watcher.live)
                    .forEach(watcher -> watcher.transcript.promise(promised));
            return;
        }
        Watcher watcher = watchers.get(id);
        if (watcher == null || !watcher.live) {
            streamLines.add("BROKEN RULE: a message for no live watcher: " + Canonical.text(response));
            return;
        }
        watcher.transcript.add(response);
        if (response.getCanceled()) {
            watcher.live = false;
        }
    }

    /** The next message, or null at the deadline or when the stream has ended. */
    private @Nullable WatchResponse poll(long deadlineNanos) {
        try {
            Object next = arrived.poll(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next instanceof WatchResponse response) {
                return response;
            }
            if (next instanceof Status status) {
                ended = true;
                streamLines.add("stream ended: " + status.getCode() + " " + status.getDescription());
            }
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean anyLive() {
        return watchers.values().stream().anyMatch(watcher -> watcher.live);
    }

    private boolean anyStartsAfter(long revision) {
        return watchers.values().stream().anyMatch(watcher -> watcher.live && watcher.startRevision > revision);
    }

    private static long deadline() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_TIMEOUT_MILLIS);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
