package dev.mainstay.node.api.audit;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Prefixes of keys against ranges of keys. */
final class Prefixes {

    private Prefixes() {}

    /** All keys that begin so. */
    static KeyRange range(Bytes prefix) {
        return new KeyRange(prefix, end(prefix));
    }

    /** Whether a range holds nothing but keys that begin so. */
    static boolean covers(Bytes prefix, KeyRange range) {
        Bytes end = end(prefix);
        Bytes to = range.to();
        return range.from().compareTo(prefix) >= 0 && (end == null || (to != null && to.compareTo(end) <= 0));
    }

    /** Whether a range may hold a key that begins so. */
    static boolean meets(Bytes prefix, KeyRange range) {
        Bytes end = end(prefix);
        Bytes to = range.to();
        return (to == null || to.compareTo(prefix) > 0)
                && (end == null || range.from().compareTo(end) < 0);
    }

    /** The first key behind all that begin so; null if there is none. */
    private static @Nullable Bytes end(Bytes prefix) {
        byte[] array = prefix.array();
        for (int i = array.length - 1; i >= 0; i--) {
            if (array[i] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(array, i + 1);
                end[i]++;
                return Bytes.wrap(end);
            }
        }
        return null;
    }
}
