package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the watched ranges that hold a key: single keys by hash, ranges by an interval tree. The cost of a look-up follows
 * the number of ranges found, not the number of watchers. Owned by the hub thread.
 */
final class TargetIndex {

    private final Map<Bytes, Target> singles = new HashMap<>();
    private final Map<KeyRange, Target> ranges = new HashMap<>();
    private final IntervalTree tree = new IntervalTree();

    /** The target of a range, made when there is none. */
    Target obtain(KeyRange range) {
        if (range.isSingle()) {
            return singles.computeIfAbsent(range.from(), key -> new Target(range));
        }
        Target known = ranges.get(range);
        if (known != null) {
            return known;
        }
        Target target = new Target(range);
        ranges.put(range, target);
        tree.insert(target);
        return target;
    }

    /** Takes a target without watchers out. */
    void release(Target target) {
        if (!target.watchers.isEmpty()) {
            return;
        }
        if (target.range.isSingle()) {
            singles.remove(target.range.from());
        } else {
            ranges.remove(target.range);
            tree.remove(target);
        }
    }

    /** Adds every target whose range holds the key. */
    void find(Bytes key, List<Target> found) {
        if (!singles.isEmpty()) {
            @Nullable Target single = singles.get(key);
            if (single != null) {
                found.add(single);
            }
        }
        tree.find(key, found);
    }
}
