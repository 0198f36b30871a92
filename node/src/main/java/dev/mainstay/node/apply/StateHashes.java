package dev.mainstay.node.apply;

import java.util.Optional;

/**
 * The hashes of the state as of the last {@value #KEPT} applied entries, so that members that are not equally far can compare
 * theirs at an index that all have. Written by the apply thread, read by any.
 */
public final class StateHashes {

    /** How far apart two members may be, in log entries, to be compared. A few hundred KiB of memory. */
    public static final int KEPT = 8_192;

    private final long[] indexes = new long[KEPT];
    private final long[] values = new long[KEPT];
    private long origin;
    private int count;
    private int last = -1;

    /** The hash as of an index of the log. */
    public record At(long index, StateHash hash) {}

    StateHashes() {}

    /** Notes the hash as of an entry, whose index is above all before. One of a new origin makes the others void. */
    synchronized void add(long index, StateHash hash) {
        if (hash.origin() != origin) {
            origin = hash.origin();
            count = 0;
        }
        last = (last + 1) % KEPT;
        indexes[last] = index;
        values[last] = hash.value();
        count = Math.min(KEPT, count + 1);
    }

    /** The hash as of the last applied entry. */
    public synchronized At newest() {
        return new At(indexes[last], new StateHash(origin, values[last]));
    }

    /**
     * The hash as of an index, which is that of the last entry with commands up to it.
     *
     * @return empty if this member hasn't applied so far, or has forgotten
     */
    public synchronized Optional<StateHash> at(long index) {
        if (index > indexes[last]) {
            return Optional.empty();
        }
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (indexes[slot(middle)] <= index) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        int found = slot(low);
        return indexes[found] <= index ? Optional.of(new StateHash(origin, values[found])) : Optional.empty();
    }

    /** Where the entry of this number, counted from the oldest, is kept. */
    private int slot(int number) {
        return Math.floorMod(last - count + 1 + number, KEPT);
    }
}
