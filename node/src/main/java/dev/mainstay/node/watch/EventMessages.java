package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import java.util.List;

/** Puts matched events into messages: one, or a fragment chain where that is allowed and needed. Hub thread. */
final class EventMessages {

    /** An upper bound for everything in a message but its events. */
    private static final long ENVELOPE_BYTES = 64;

    private final int fragmentBytes;

    EventMessages(int fragmentBytes) {
        this.fragmentBytes = fragmentBytes;
    }

    /** The size of an encoded event inside a message, with tag and length. */
    static long size(Bytes encoded) {
        int length = encoded.length();
        return 1L + length + (38 - Integer.numberOfLeadingZeros(length | 1)) / 7;
    }

    void send(Watcher watcher, MatchedEvents matched, long headerRevision) {
        List<Bytes> events = matched.events();
        if (!watcher.fragment || events.size() < 2 || matched.bytes() + ENVELOPE_BYTES < fragmentBytes) {
            watcher.stream.send(new WatchReply.Events(watcher.id, headerRevision, events, false));
            return;
        }
        int from = 0;
        while (from < events.size()) {
            long bytes = ENVELOPE_BYTES + size(events.get(from));
            int to = from + 1;
            while (to < events.size() && bytes + size(events.get(to)) < fragmentBytes) {
                bytes += size(events.get(to));
                to++;
            }
            watcher.stream.send(
                    new WatchReply.Events(watcher.id, headerRevision, events.subList(from, to), to < events.size()));
            from = to;
        }
    }
}
