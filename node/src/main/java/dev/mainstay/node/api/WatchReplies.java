package dev.mainstay.node.api;

import dev.mainstay.node.api.wire.EncodedMessage;
import dev.mainstay.node.api.wire.WireSizes;
import dev.mainstay.node.api.wire.WireWriter;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.watch.WatchReply;

/** Writes the hub's replies as WatchResponse messages; events go in as the bytes they already are. Hot path. */
final class WatchReplies {

    private static final int FRAME_BYTES = 128;
    private static final int WATCH_ID = 2;
    private static final int CREATED = 3;
    private static final int CANCELED = 4;
    private static final int COMPACT_REVISION = 5;
    private static final int CANCEL_REASON = 6;
    private static final int FRAGMENT = 7;
    private static final int EVENTS = 11;

    private final ResponseHeaders headers;

    WatchReplies(ResponseHeaders headers) {
        this.headers = headers;
    }

    EncodedMessage encode(WatchReply reply) {
        return switch (reply) {
            case WatchReply.Created(long watchId, long revision) -> {
                WireWriter out = begin(0, revision, watchId);
                out.flag(CREATED, true);
                yield out.finish();
            }
            case WatchReply.Rejected(String reason, long revision) -> {
                WireWriter out = begin(reason.length() * 3, revision, WatchReply.NO_WATCH_ID);
                out.flag(CREATED, true);
                out.flag(CANCELED, true);
                out.bytes(CANCEL_REASON, Bytes.utf8(reason));
                yield out.finish();
            }
            case WatchReply.Cancelled(long watchId, long revision) -> {
                WireWriter out = begin(0, revision, watchId);
                out.flag(CANCELED, true);
                yield out.finish();
            }
            case WatchReply.Compacted(long watchId, long compactRevision) -> {
                WireWriter out = begin(0, 0, watchId);
                out.flag(CANCELED, true);
                out.number(COMPACT_REVISION, compactRevision);
                yield out.finish();
            }
            case WatchReply.Progress(long watchId, long revision) ->
                begin(0, revision, watchId).finish();
            case WatchReply.Events events -> events(events);
        };
    }

    private EncodedMessage events(WatchReply.Events reply) {
        int size = 0;
        for (Bytes event : reply.events()) {
            size += WireSizes.message(EVENTS, event.length());
        }
        WireWriter out = begin(size, reply.headerRevision(), reply.watchId());
        out.flag(FRAGMENT, reply.fragment());
        for (Bytes event : reply.events()) {
            out.message(EVENTS, event);
        }
        return out.finish();
    }

    private WireWriter begin(int bodyBytes, long revision, long watchId) {
        WireWriter out = new WireWriter(FRAME_BYTES + bodyBytes);
        headers.write(out, revision);
        out.number(WATCH_ID, watchId);
        return out;
    }
}
