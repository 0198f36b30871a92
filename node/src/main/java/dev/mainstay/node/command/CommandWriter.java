package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import java.util.Arrays;

/** Grows a byte string. Used by one thread, once. */
final class CommandWriter {

    private static final int FIRST_BYTES = 1024;
    private static final int LONGEST_VARINT = 10;

    private byte[] buffer = new byte[FIRST_BYTES];
    private int length;

    void octet(int value) {
        reserve(1);
        buffer[length++] = (byte) value;
    }

    void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    /** Constants are written by their place in the enum: new ones go to its end. The format's fixture sees to that. */
    @SuppressWarnings("EnumOrdinal")
    void constant(Enum<?> value) {
        octet(value.ordinal());
    }

    void number(long value) {
        reserve(LONGEST_VARINT);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    void bytes(Bytes value) {
        number(value.length());
        reserve(value.length());
        System.arraycopy(value.array(), 0, buffer, length, value.length());
        length += value.length();
    }

    /** Bytes that are themselves in this form. */
    void raw(byte[] value) {
        reserve(value.length);
        System.arraycopy(value, 0, buffer, length, value.length);
        length += value.length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    private void reserve(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.addExact(length, Math.max(length, more)));
        }
    }
}
