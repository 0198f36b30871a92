package dev.mainstay.node.consensus;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.util.Timestamp;
import org.jspecify.annotations.Nullable;

/** What was sent to a follower and isn't answered yet. Not thread-safe. */
final class SentEntries {

    private static final long NONE = -1;

    /** By call id. */
    private final Map<Long, Sent> unanswered = new HashMap<>();

    private int withEntries;

    /**
     * A request.
     *
     * @param firstIndex of its first entry, -1 for a heartbeat
     */
    record Sent(long firstIndex, Timestamp at) {

        boolean hasEntries() {
            return firstIndex != NONE;
        }
    }

    /** A request goes out now. */
    void add(AppendEntriesRequestProto request) {
        long first =
                request.getEntriesCount() == 0 ? NONE : request.getEntries(0).getIndex();
        Sent before = unanswered.put(request.getServerRequest().getCallId(), new Sent(first, Timestamp.currentTime()));
        if (before != null) {
            throw new IllegalStateException("call " + request.getServerRequest().getCallId() + " was made twice");
        }
        withEntries += first == NONE ? 0 : 1;
    }

    /** The request that is answered; null if it isn't waited for any more. */
    @Nullable
    Sent answered(long callId) {
        Sent sent = unanswered.remove(callId);
        withEntries -= sent != null && sent.hasEntries() ? 1 : 0;
        return sent;
    }

    /** How many requests with entries are unanswered. */
    int withEntries() {
        return withEntries;
    }

    /** The first entry without an answer, -1 if there is none. */
    long firstIndex() {
        return unanswered.values().stream()
                .filter(Sent::hasEntries)
                .mapToLong(Sent::firstIndex)
                .min()
                .orElse(NONE);
    }

    /** Waits no longer for what was sent so long ago; returns how much that was. */
    int forget(long millis) {
        int forgotten = 0;
        for (Iterator<Sent> all = unanswered.values().iterator(); all.hasNext(); ) {
            Sent sent = all.next();
            if (sent.at().elapsedTimeMs() >= millis) {
                all.remove();
                withEntries -= sent.hasEntries() ? 1 : 0;
                forgotten++;
            }
        }
        return forgotten;
    }

    void clear() {
        unanswered.clear();
        withEntries = 0;
    }
}
