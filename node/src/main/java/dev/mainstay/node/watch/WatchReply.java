package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import java.util.List;

/** One message to the client of a watch stream, in the order it must be sent. */
public sealed interface WatchReply {

    /** The watch id that stands for the stream as a whole and for watchers that were not created. */
    long NO_WATCH_ID = -1;

    /** A watcher exists from now on: {@code created}. Comes before everything else about it. */
    record Created(long watchId, long headerRevision) implements WatchReply {}

    /** A create request was refused: {@code created}, {@code canceled}, watch id -1 and the reason. */
    record Rejected(String reason, long headerRevision) implements WatchReply {}

    /** The client's cancel request was carried out: {@code canceled} without a reason. */
    record Cancelled(long watchId, long headerRevision) implements WatchReply {}

    /** Compaction overtook the watcher: {@code canceled} with {@code compact_revision}, header revision 0. */
    record Compacted(long watchId, long compactRevision) implements WatchReply {}

    /**
     * Events of one watcher: whole revisions, in order.
     *
     * @param events encoded {@code mvccpb.Event}s, never empty; the list is shared between watchers, don't change it
     * @param fragment whether the next message on the stream continues this one
     */
    record Events(long watchId, long headerRevision, List<Bytes> events, boolean fragment) implements WatchReply {}

    /**
     * Everything up to {@code headerRevision} has been sent: for one watcher, or for the stream when the id is
     * {@link #NO_WATCH_ID}.
     */
    record Progress(long watchId, long headerRevision) implements WatchReply {}
}
