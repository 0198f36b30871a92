package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import java.util.ArrayList;
import java.util.List;

/** A client that notes what it gets and takes as many messages as it has credit for. */
final class RecordingSink implements WatchSink {

    final List<WatchReply> replies = new ArrayList<>();
    int credit = Integer.MAX_VALUE;
    int handled;
    boolean chain;

    @Override
    public boolean isReady() {
        return credit > 0;
    }

    @Override
    public void send(WatchReply reply) {
        if (credit <= 0 && !chain) {
            throw new AssertionError("sent to a client that is not ready: " + reply);
        }
        chain = reply instanceof WatchReply.Events events && events.fragment();
        credit--;
        replies.add(reply);
    }

    @Override
    public void requestHandled() {
        handled++;
    }

    /** What came since the last call, in short. */
    List<String> take() {
        List<String> texts = new ArrayList<>();
        for (WatchReply reply : replies) {
            texts.add(text(reply));
        }
        replies.clear();
        return texts;
    }

    private static String text(WatchReply reply) {
        return switch (reply) {
            case WatchReply.Created(long id, long header) -> "created " + id + " @" + header;
            case WatchReply.Rejected(String reason, long header) -> "rejected '" + reason + "' @" + header;
            case WatchReply.Cancelled(long id, long header) -> "cancelled " + id + " @" + header;
            case WatchReply.Compacted(long id, long compacted) -> "compacted " + id + " " + compacted;
            case WatchReply.Progress(long id, long header) -> "progress " + id + " @" + header;
            case WatchReply.Events(long id, long header, List<Bytes> events, boolean fragment) ->
                "events " + id + " @" + header + " " + events + (fragment ? "..." : "");
        };
    }
}
