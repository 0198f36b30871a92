package dev.mainstay.node.watch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The watchers that are behind, by the revision they need next. Those whose client does not read are parked at their stream
 * and cost nothing until it is ready again. Owned by the hub thread.
 *
 * <p>Whoever reads a batch takes all watchers whose next revision falls into it: a watcher far behind meets the ones ahead
 * of it and from there on they share every read.
 */
final class Laggards {

    private final NavigableMap<Long, Set<Watcher>> byNext = new TreeMap<>();
    private int count;

    /** All that lag, parked ones included. */
    int count() {
        return count;
    }

    /** From now on the watcher is fed from {@link Watcher#next} by batches of its own. */
    void lag(Watcher watcher) {
        watcher.lagging = true;
        watcher.stream.lagging++;
        count++;
        place(watcher);
    }

    /** Puts a lagging watcher where it belongs: by position, or aside while its stream isn't ready. */
    void place(Watcher watcher) {
        if (watcher.stream.isReady()) {
            byNext.computeIfAbsent(watcher.next, next -> new LinkedHashSet<>()).add(watcher);
        } else {
            watcher.stream.parked.add(watcher);
        }
    }

    /** The watcher is where the hub is, or gone. */
    void release(Watcher watcher) {
        if (!watcher.lagging) {
            return;
        }
        watcher.lagging = false;
        watcher.stream.lagging--;
        count--;
        if (!watcher.stream.parked.remove(watcher)) {
            @Nullable Set<Watcher> near = byNext.get(watcher.next);
            if (near != null && near.remove(watcher) && near.isEmpty()) {
                byNext.remove(watcher.next);
            }
        }
    }

    /** A stream is ready: its parked watchers go on. */
    void resume(HubStream stream) {
        if (!stream.parked.isEmpty() && stream.isReady()) {
            List<Watcher> waiting = new ArrayList<>(stream.parked);
            stream.parked.clear();
            waiting.forEach(this::place);
        }
    }

    /** A position in {@code [low, high)} at or after {@code sweep}, else the lowest one, else {@code null}. */
    @Nullable
    Long position(long low, long high, long sweep) {
        Long next = byNext.ceilingKey(Math.max(low, sweep));
        if (next == null || next >= high) {
            next = byNext.ceilingKey(low);
        }
        return next == null || next >= high ? null : next;
    }

    /** Takes out, in order, every watcher that is not parked and needs a revision in {@code [from, through]}. */
    List<Watcher> take(long from, long through) {
        Collection<Set<Watcher>> near = byNext.subMap(from, true, through, true).values();
        List<Watcher> taken = new ArrayList<>();
        near.forEach(taken::addAll);
        near.clear();
        return taken;
    }
}
