package dev.mainstay.node.server;

import com.google.protobuf.ByteString;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.proto.v1.MigrationVersion;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster does from a revision on, revision by revision, by watching all of its keys. Revisions have no gaps in etcd, so one
 * that is missing means that something is badly wrong. Memory: a few messages, and the largest revision. Owned by one thread; close
 * it.
 */
final class MigrationFeed implements AutoCloseable {

    /** Messages that may wait here; a server sends of some 1.5 MiB. */
    private static final int AHEAD = 4;

    private static final ByteString EVERYTHING = ByteString.copyFrom(new byte[1]);

    private final ClientCall<WatchRequest, WatchResponse> call;
    private final BlockingQueue<News> inbox = new ArrayBlockingQueue<>(AHEAD + 2);

    /** Whole revisions. */
    private final Deque<List<MigrationVersion>> ready = new ArrayDeque<>();

    private List<MigrationVersion> growing = new ArrayList<>();
    private long next;

    /** A message, or the end. */
    private record News(
            @Nullable WatchResponse message, @Nullable Status end) {}

    /** The stream has ended; another may be opened where this one has got to. */
    static final class EndedException extends Exception {

        private static final long serialVersionUID = 1;

        EndedException(String message) {
            super(message);
        }
    }

    /** The source has compacted what wasn't followed yet. */
    static final class CompactedException extends Exception {

        private static final long serialVersionUID = 1;

        private final long revision;

        CompactedException(long revision) {
            super("compacted at " + revision);
            this.revision = revision;
        }

        long revision() {
            return revision;
        }
    }

    /** @param from the first revision wanted */
    MigrationFeed(Channel channel, long from) {
        next = from;
        call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(WatchResponse message) {
                        put(new News(message, null));
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        put(new News(null, status));
                    }
                },
                new Metadata());
        call.sendMessage(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(EVERYTHING)
                        .setRangeEnd(EVERYTHING)
                        .setStartRevision(from)
                        .setFragment(true))
                .build());
        call.request(AHEAD);
    }

    /** There is always room: no more messages are asked for than fit. */
    private void put(News news) {
        boolean taken = inbox.offer(news);
        if (!taken) {
            call.cancel("more came than was asked for", null);
        }
    }

    /**
     * The next revision, whole, its changes in their order.
     *
     * @return null if there is none so far
     */
    @Nullable
    List<MigrationVersion> poll(long millis) throws EndedException, CompactedException, InterruptedException {
        while (ready.isEmpty()) {
            News news = inbox.poll(millis, TimeUnit.MILLISECONDS);
            if (news == null) {
                return null;
            }
            WatchResponse message = news.message();
            if (message == null) {
                throw new EndedException("the watch of " + next + " ended: " + news.end());
            }
            call.request(1);
            take(message);
        }
        return ready.poll();
    }

    private void take(WatchResponse message) throws EndedException, CompactedException {
        if (message.getCompactRevision() > 0) {
            throw new CompactedException(message.getCompactRevision());
        }
        if (message.getCanceled()) {
            throw new EndedException("the watch of " + next + " was cancelled: " + message.getCancelReason());
        }
        for (Event event : message.getEventsList()) {
            long main = event.getKv().getModRevision();
            if (!growing.isEmpty() && main != next) {
                complete();
            }
            if (main != next) {
                throw ToolException.failed("the source says nothing of revision " + next + ", but goes on with " + main
                        + ": no etcd does that. Nothing of it was taken over.");
            }
            growing.add(version(event, main, growing.size()));
        }
        if (!message.getFragment() && message.getEventsCount() > 0) {
            complete();
        }
    }

    private void complete() {
        ready.add(growing);
        growing = new ArrayList<>();
        next++;
    }

    private static MigrationVersion version(Event event, long main, int sub) {
        return MigrationVersion.newBuilder()
                .setMain(main)
                .setSub(sub)
                .setTombstone(event.getType() == Event.EventType.DELETE)
                .setKv(event.getKv())
                .build();
    }

    @Override
    public void close() {
        call.cancel("not wanted any more", null);
    }
}
