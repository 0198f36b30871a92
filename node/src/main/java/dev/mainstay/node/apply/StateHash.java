package dev.mainstay.node.apply;

import dev.mainstay.node.command.LogPosition;

/**
 * A hash of everything that the log changed since an entry of it: equal on members that applied the same entries to the same
 * effect, however they came by them (live, replayed, in a snapshot). It is written with the data it speaks of. It says what
 * was done, not what the disk holds now: for that there is the hash of all keys.
 *
 * <p>Any two hashes with the same origin can be compared at the same index; with different origins they mean nothing to each
 * other.
 *
 * @param origin the log index behind which it began
 */
public record StateHash(long origin, long value) {

    /** Which rules make the value. To be changed with them; a hash of another scheme is begun anew. */
    public static final byte SCHEME = 1;

    /** One that begins behind an index. */
    static StateHash begin(long origin) {
        return new StateHash(origin, mix(origin));
    }

    /** The same with one more entry. For given entry and changes no two hashes have the same successor. */
    StateHash next(LogPosition position, long clockMillis, long changes) {
        long next = mix(value ^ changes);
        next = mix(next ^ position.index());
        next = mix(next ^ position.term());
        return new StateHash(origin, mix(next ^ clockMillis));
    }

    /** The finalizer of SplitMix64: one to one, and every bit of the input bears on every bit of the output. */
    static long mix(long bits) {
        long z = bits + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
