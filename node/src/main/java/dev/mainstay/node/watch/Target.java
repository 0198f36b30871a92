package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Event;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One watched range with all its watchers, and what of the batch at hand falls into it. Events are matched and put together
 * once per range and form, not once per watcher. Owned by the hub thread.
 */
final class Target {

    final KeyRange range;
    final List<Watcher> watchers = new ArrayList<>();

    /** The lagging watchers that take part in the batch at hand. */
    final List<Watcher> members = new ArrayList<>();

    private static final int KEPT_HITS = 1024;

    private List<SharedRevision> hitRevisions = new ArrayList<>(4);
    private int[] hitEvents = new int[4];
    private final @Nullable MatchedEvents[] selected = new @Nullable MatchedEvents[Watcher.FORMS];
    private final int[] selectedFrom = new int[Watcher.FORMS];

    Target(KeyRange range) {
        this.range = range;
        Arrays.fill(selectedFrom, -1);
    }

    void add(Watcher watcher) {
        watcher.slot = watchers.size();
        watchers.add(watcher);
    }

    void remove(Watcher watcher) {
        Watcher last = watchers.removeLast();
        if (last != watcher) {
            watchers.set(watcher.slot, last);
            last.slot = watcher.slot;
        }
    }

    /** Notes that an event of the batch falls into this range; answers whether it is the first one. */
    boolean hit(SharedRevision revision, int event) {
        int count = hitRevisions.size();
        if (count == hitEvents.length) {
            hitEvents = Arrays.copyOf(hitEvents, count * 2);
        }
        hitEvents[count] = event;
        hitRevisions.add(revision);
        return count == 0;
    }

    /** The events of the batch from a revision on in one form; {@code null} when there are none. */
    @Nullable
    MatchedEvents select(int form, long from, EventEncoder encoder) {
        int start = firstHit(from);
        if (selectedFrom[form] != start) {
            selectedFrom[form] = start;
            selected[form] = collect(form, start, encoder);
        }
        return selected[form];
    }

    private int firstHit(long from) {
        int low = 0;
        int high = hitRevisions.size();
        if (high > 0 && hitRevisions.getFirst().revision() >= from) {
            return 0;
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (hitRevisions.get(middle).revision() < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private @Nullable MatchedEvents collect(int form, int start, EventEncoder encoder) {
        List<Bytes> events = new ArrayList<>(hitRevisions.size() - start);
        long bytes = 0;
        long first = 0;
        long last = 0;
        for (int i = start; i < hitRevisions.size(); i++) {
            SharedRevision revision = hitRevisions.get(i);
            boolean put = revision.events().get(hitEvents[i]).type() == Event.Type.PUT;
            if (put ? Watcher.wantsPuts(form) : Watcher.wantsDeletions(form)) {
                Bytes encoded = revision.encoded(hitEvents[i], Watcher.wantsPrevious(form), encoder);
                events.add(encoded);
                bytes += EventMessages.size(encoded);
                first = first == 0 ? revision.revision() : first;
                last = revision.revision();
            }
        }
        return events.isEmpty() ? null : new MatchedEvents(first, last, List.copyOf(events), bytes);
    }

    /** Forgets the batch. */
    void clear() {
        if (hitEvents.length > KEPT_HITS) {
            hitRevisions = new ArrayList<>(4);
            hitEvents = new int[4];
        }
        hitRevisions.clear();
        members.clear();
        Arrays.fill(selected, null);
        Arrays.fill(selectedFrom, -1);
    }
}
