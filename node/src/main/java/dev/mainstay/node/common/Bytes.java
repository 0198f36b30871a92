package dev.mainstay.node.common;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An immutable run of bytes, ordered as etcd orders keys: bytewise, unsigned, a prefix before its extensions.
 *
 * <p>{@link #wrap} takes ownership of the array it is given and {@link #array} lends it out again: neither copies, and
 * whoever holds the array must not write to it.
 */
public final class Bytes implements Comparable<Bytes> {

    public static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** Wraps without copying; the caller gives the array away. */
    public static Bytes wrap(byte[] array) {
        return array.length == 0 ? EMPTY : new Bytes(array);
    }

    /** The UTF-8 form of a text. */
    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    public int length() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    /** The bytes themselves, lent: not to be written to. */
    public byte[] array() {
        return array;
    }

    public boolean startsWith(Bytes prefix) {
        return prefix.array.length <= array.length
                && Arrays.equals(array, 0, prefix.array.length, prefix.array, 0, prefix.array.length);
    }

    /** The smallest byte string greater than this one: this one and a zero byte. */
    public Bytes successor() {
        return new Bytes(Arrays.copyOf(array, array.length + 1));
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(array, other.array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /** Printable ASCII as it is, anything else as hex, for logs and test failures. */
    @Override
    public String toString() {
        for (byte b : array) {
            if (b < 0x20 || b > 0x7e) {
                return "0x" + HexFormat.of().formatHex(array);
            }
        }
        return new String(array, StandardCharsets.US_ASCII);
    }
}
