package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The keys, range ends, values and lease ids that sequences are made of: few enough to meet each other all the time, odd
 * enough to find every edge of byte order and escaping.
 */
final class Vocabulary {
    private static final List<ByteString> KEYS = keys();
    private static final List<Long> LEASES = List.of(1L, 2L, 3L, 77L, 0x7fffffffffffffffL, -4L);
    private static final long UNKNOWN_LEASE = 4711;
    private static final ByteString ZERO = bytes(0);

    private final Random random;

    Vocabulary(Random random) {
        this.random = random;
    }

    /** A key; rarely the empty one, which no server accepts. */
    ByteString key() {
        return random.nextInt(200) == 0 ? ByteString.EMPTY : KEYS.get(random.nextInt(KEYS.size()));
    }

    /** An end for a range that begins at the key: none, open, a prefix, another key (also a smaller one). */
    ByteString rangeEnd(ByteString key) {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> ByteString.EMPTY;
            case 3 -> ZERO;
            case 4, 5, 6 -> prefixEnd(key);
            default -> KEYS.get(random.nextInt(KEYS.size()));
        };
    }

    /** A value: empty, one of a few that compare and sort against each other, or (rarely) large. */
    ByteString value() {
        int kind = random.nextInt(200);
        if (kind == 0) {
            byte[] large = new byte[4_000 + random.nextInt(50_000)];
            random.nextBytes(large);
            return ByteString.copyFrom(large);
        }
        if (kind < 15) {
            return ByteString.EMPTY;
        }
        if (kind < 25) {
            return bytes(0xff, random.nextInt(3), 0);
        }
        return ByteString.copyFromUtf8("v" + random.nextInt(12));
    }

    /** A lease id from a small set. */
    long lease() {
        return LEASES.get(random.nextInt(LEASES.size()));
    }

    /** A lease id that may be unknown. */
    long anyLease() {
        return random.nextInt(12) == 0 ? UNKNOWN_LEASE : lease();
    }

    /** A revision to read or watch at: newest, a recent one, around the compacted one, a future one, nonsense. */
    long revision() {
        return switch (random.nextInt(20)) {
            case 0 -> SymbolicRevisions.current(1 + random.nextInt(3));
            case 1, 2, 3 -> SymbolicRevisions.compacted(random.nextInt(4) - 1);
            case 4 -> -random.nextInt(3);
            case 5, 6, 7 -> SymbolicRevisions.current(-random.nextInt(200));
            default -> SymbolicRevisions.current(-random.nextInt(20));
        };
    }

    /** A revision to watch from: like {@link #revision}, with fewer of those that make a stream slow to judge. */
    long watchRevision() {
        return random.nextInt(5) == 0 ? revision() : SymbolicRevisions.current(-random.nextInt(60));
    }

    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static ByteString bytes(int... octets) {
        byte[] result = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            result[i] = (byte) octets[i];
        }
        return ByteString.copyFrom(result);
    }

    /** The smallest key above every key with this prefix (contract 2.3). */
    private static ByteString prefixEnd(ByteString prefix) {
        int last = prefix.size() - 1;
        while (last >= 0 && prefix.byteAt(last) == (byte) 0xff) {
            last--;
        }
        return last < 0 ? ZERO : prefix.substring(0, last).concat(bytes((prefix.byteAt(last) & 0xff) + 1));
    }

    private static List<ByteString> keys() {
        List<ByteString> keys = new ArrayList<>(List.of(
                bytes(0),
                bytes(0, 0),
                bytes(0, 0xff),
                bytes(0, 1),
                bytes(1),
                bytes(0xff),
                bytes(0xff, 0),
                bytes(0xff, 0xff),
                bytes('a', 0),
                bytes('a', 0, 0xff),
                bytes('a', 0xff),
                bytes('a', 0xff, 0xff)));
        for (String name : List.of("a", "a/", "b", "a/b", "é", "registry/pods/default/web-0")) {
            keys.add(ByteString.copyFromUtf8(name));
        }
        for (int i = 0; i < 12; i++) {
            keys.add(ByteString.copyFromUtf8("a/" + i));
            keys.add(ByteString.copyFromUtf8("k" + i));
        }
        return List.copyOf(keys);
    }
}
