package dev.mainstay.e2e.differential;

import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.WatchResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * What one watcher got, in an order and form that doesn't depend on how the server spread it over messages; and the rules
 * every server must keep however it spreads it: revisions rise, one revision comes whole, nothing older follows a promise
 * of progress. A broken rule becomes a line of the transcript, so it shows up as a difference by itself.
 */
final class WatchTranscript {
    private final long compactedAtCreation;
    private final List<String> lines = new ArrayList<>();
    private long lastRevision;
    private long promisedRevision;
    private boolean fragmentOpen;

    /** Of a watcher created when the server was compacted to this revision. */
    WatchTranscript(long compactedAtCreation) {
        this.compactedAtCreation = compactedAtCreation;
    }

    void add(WatchResponse response) {
        long headerRevision = response.getHeader().getRevision();
        if (response.getCreated() || response.getCanceled()) {
            lines.add((response.getCreated() ? "created" : "canceled")
                    + (response.getCreated() && response.getCanceled() ? "+canceled" : "")
                    + " header=" + headerRevision
                    + " compact=" + response.getCompactRevision()
                    + " reason=" + response.getCancelReason());
            check(response.getEventsCount() == 0, "events in a created or canceled message");
            return;
        }
        if (response.getEventsCount() == 0) {
            promise(headerRevision);
            return;
        }
        long newest = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
        check(headerRevision >= newest, "header revision " + headerRevision + " below an event of " + newest);
        for (int i = 0; i < response.getEventsCount(); i++) {
            event(response.getEvents(i), i == 0 && !fragmentOpen);
        }
        fragmentOpen = response.getFragment();
    }

    /** All events up to this revision have been sent, says the server. */
    void promise(long revision) {
        check(!fragmentOpen, "progress between fragments");
        promisedRevision = Math.max(promisedRevision, revision);
    }

    boolean fragmentOpen() {
        return fragmentOpen;
    }

    /** The lines since the last call. */
    List<String> drain() {
        List<String> drained = List.copyOf(lines);
        lines.clear();
        return drained;
    }

    private void event(Event event, boolean firstOfMessage) {
        long revision = event.getKv().getModRevision();
        check(revision >= lastRevision, "revision " + revision + " after " + lastRevision);
        check(!firstOfMessage || revision > lastRevision, "revision " + revision + " is split over messages");
        check(revision > promisedRevision, "revision " + revision + " after progress to " + promisedRevision);
        lastRevision = revision;
        // etcd looks up the previous pair when it sends, and at the compacted revision it no longer finds it.
        boolean hidePrevious = revision <= compactedAtCreation;
        lines.add(Canonical.text(hidePrevious ? event.toBuilder().clearPrevKv().build() : event));
    }

    private void check(boolean kept, String broken) {
        if (!kept) {
            lines.add("BROKEN RULE: " + broken);
        }
    }
}
