package dev.mainstay.node.auth;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Keys, as ranges that neither overlap nor touch. Immutable. */
final class RangeSet {

    /** Ascending; only the last may have no end. */
    private final List<KeyRange> ranges;

    private RangeSet(List<KeyRange> ranges) {
        this.ranges = ranges;
    }

    /** All keys of these ranges. */
    static RangeSet of(Collection<KeyRange> parts) {
        List<KeyRange> sorted = parts.stream()
                .filter(part -> !part.isEmpty())
                .sorted(Comparator.comparing(KeyRange::from))
                .toList();
        List<KeyRange> merged = new ArrayList<>();
        for (KeyRange part : sorted) {
            KeyRange last = merged.isEmpty() ? null : merged.getLast();
            if (last == null || isBefore(last, part.from())) {
                merged.add(part);
            } else if (!ends(last, part)) {
                merged.set(merged.size() - 1, new KeyRange(last.from(), part.to()));
            }
        }
        return new RangeSet(List.copyOf(merged));
    }

    /**
     * Whether every key there can be in a range is in this set; of an empty range, whether the key it begins at is. A range
     * without an end is covered only by one without an end.
     */
    boolean covers(KeyRange wanted) {
        KeyRange range = wanted.isEmpty() ? KeyRange.single(wanted.from()) : wanted;
        int low = 0;
        int high = ranges.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            KeyRange candidate = ranges.get(middle);
            if (candidate.contains(range.from())) {
                return ends(candidate, range);
            }
            if (candidate.from().compareTo(range.from()) < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return false;
    }

    /** Whether there is a key between the end of a range and another one. */
    private static boolean isBefore(KeyRange range, Bytes key) {
        Bytes end = range.to();
        return end != null && end.compareTo(key) < 0;
    }

    /** Whether a range goes at least as far as another. */
    private static boolean ends(KeyRange range, KeyRange other) {
        Bytes end = range.to();
        Bytes otherEnd = other.to();
        return end == null || (otherEnd != null && end.compareTo(otherEnd) >= 0);
    }
}
