package dev.mainstay.operator.member;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Keys from one to another, as members write them.
 *
 * @param key first key, its bytes in hex
 * @param end first key after the range, in hex: empty for one key alone, {@code 00} for no end
 */
public record KeyRange(String key, String end) implements Comparable<KeyRange> {

    private static final byte[] ZERO = {0};
    private static final int PRINTABLE = 0x20;
    private static final int DELETE = 0x7f;

    /** One key. */
    public static KeyRange one(byte[] key) {
        return new KeyRange(hex(key), "");
    }

    /** All keys from one up to, but not with, another. */
    public static KeyRange between(byte[] from, byte[] to) {
        return new KeyRange(hex(from), hex(to));
    }

    /** All keys that begin so; all keys there are for nothing. */
    public static KeyRange prefix(byte[] prefix) {
        if (prefix.length == 0) {
            return new KeyRange(hex(ZERO), hex(ZERO));
        }
        for (int last = prefix.length - 1; last >= 0; last--) {
            if (prefix[last] != (byte) 0xff) {
                byte[] end = Arrays.copyOf(prefix, last + 1);
                end[last]++;
                return new KeyRange(hex(prefix), hex(end));
            }
        }
        return new KeyRange(hex(prefix), hex(ZERO));
    }

    /** Of these bytes. */
    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(KeyRange other) {
        int byKey = key.compareTo(other.key);
        return byKey != 0 ? byKey : end.compareTo(other.end);
    }

    /** For people: keys that can be read as text are. */
    @Override
    public String toString() {
        return end.isEmpty()
                ? readable(key)
                : "[" + readable(key) + ", " + (end.equals("00") ? "" : readable(end)) + ")";
    }

    private static String readable(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        for (byte b : bytes) {
            if (b < PRINTABLE || b == DELETE) {
                return "0x" + hex;
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
