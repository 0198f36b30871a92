package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matches a batch of revisions to watchers and sends what they want of it. Owned by the hub thread.
 *
 * <p>Hot path: per event one index look-up, per range and form one list of encoded events, per watcher one small message.
 */
final class Delivery {

    /** Up to so many ranges are compared one by one with each event; above it the index is asked. */
    private static final int FEW_RANGES = 4;

    private final TargetIndex index;
    private final Laggards laggards;
    private final EventEncoder encoder;
    private final EventMessages messages;
    private final List<Target> found = new ArrayList<>();
    private int sent;

    Delivery(TargetIndex index, Laggards laggards, EventEncoder encoder, EventMessages messages) {
        this.index = index;
        this.laggards = laggards;
        this.encoder = encoder;
        this.messages = messages;
    }

    /** Tells how many events went out since the last call. */
    void report(WatchMeter meter) {
        if (sent > 0) {
            meter.eventsSent(sent);
            sent = 0;
        }
    }

    /** Gives the hub's next batch to every watcher that is not lagging. */
    void live(List<SharedRevision> batch) {
        List<Target> touched = new ArrayList<>();
        for (SharedRevision revision : batch) {
            for (int i = 0; i < revision.events().size(); i++) {
                find(revision.events().get(i).kv().key());
                for (Target target : found) {
                    if (target.hit(revision, i)) {
                        touched.add(target);
                    }
                }
            }
        }
        long after = batch.getLast().revision() + 1;
        for (Target target : touched) {
            for (Watcher watcher : target.watchers) {
                if (!watcher.lagging && watcher.next < after) {
                    live(watcher, after);
                }
            }
            target.clear();
        }
    }

    private void live(Watcher watcher, long after) {
        @Nullable MatchedEvents matched = watcher.select(encoder);
        if (matched == null) {
            return;
        }
        if (watcher.stream.isReady()) {
            send(watcher, matched, matched.lastRevision());
            watcher.next = after;
        } else {
            watcher.next = matched.firstRevision();
            laggards.lag(watcher);
        }
    }

    /**
     * Gives a batch to lagging watchers, each from its own next revision on.
     *
     * @param members taken out of the laggards; put back or released here
     * @param through the last revision the batch stands for
     * @param hubNext the revision from which on the hub feeds them itself
     */
    void catchUp(List<SharedRevision> batch, List<Watcher> members, long through, long hubNext) {
        List<Target> targets = new ArrayList<>();
        for (Watcher member : members) {
            if (!member.stream.isReady()) {
                laggards.place(member);
                continue;
            }
            if (member.target.members.isEmpty()) {
                targets.add(member.target);
            }
            member.target.members.add(member);
        }
        if (targets.isEmpty()) {
            return;
        }
        for (SharedRevision revision : batch) {
            for (int i = 0; i < revision.events().size(); i++) {
                match(revision, i, targets);
            }
        }
        for (Target target : targets) {
            for (Watcher member : target.members) {
                catchUp(member, through, hubNext);
            }
            target.clear();
        }
    }

    private void match(SharedRevision revision, int event, List<Target> targets) {
        Bytes key = revision.events().get(event).kv().key();
        if (targets.size() <= FEW_RANGES) {
            for (Target target : targets) {
                if (target.range.contains(key)) {
                    target.hit(revision, event);
                }
            }
            return;
        }
        find(key);
        for (Target target : found) {
            if (!target.members.isEmpty()) {
                target.hit(revision, event);
            }
        }
    }

    private void catchUp(Watcher member, long through, long hubNext) {
        @Nullable MatchedEvents matched = member.select(encoder);
        if (matched != null) {
            if (!member.stream.isReady()) {
                laggards.place(member);
                return;
            }
            send(member, matched, hubNext - 1);
        }
        member.next = through + 1;
        if (member.next >= hubNext) {
            laggards.release(member);
        } else {
            laggards.place(member);
        }
    }

    private void find(Bytes key) {
        found.clear();
        index.find(key, found);
    }

    private void send(Watcher watcher, MatchedEvents matched, long headerRevision) {
        messages.send(watcher, matched, headerRevision);
        watcher.busy = true;
        sent += matched.events().size();
    }
}
