package dev.mainstay.node.api.wire;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;

/** How many bytes the fields take that {@link WireWriter} writes. */
public final class WireSizes {

    private WireSizes() {}

    /** The size of a number field. */
    public static int number(int field, long value) {
        return value == 0 ? 0 : tag(field) + varint(value);
    }

    /** The size of a bool field. */
    public static int flag(int field, boolean value) {
        return value ? tag(field) + 1 : 0;
    }

    /** The size of a bytes field that is left out when empty. */
    public static int bytes(int field, Bytes value) {
        return value.isEmpty() ? 0 : message(field, value.length());
    }

    /** The size of a message field whose content takes {@code size} bytes. */
    public static int message(int field, int size) {
        return tag(field) + varint(size) + size;
    }

    /** The size of a pair's fields. */
    public static int keyValue(KeyValue kv, boolean withValue) {
        return bytes(1, kv.key())
                + number(2, kv.createRevision())
                + number(3, kv.modRevision())
                + number(4, kv.version())
                + (withValue ? bytes(5, kv.value()) : 0)
                + number(6, kv.lease());
    }

    private static int tag(int field) {
        return field < 16 ? 1 : 2;
    }

    private static int varint(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }
}
