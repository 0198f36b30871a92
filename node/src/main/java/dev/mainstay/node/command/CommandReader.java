package dev.mainstay.node.command;

import dev.mainstay.node.common.Alarm;
import dev.mainstay.node.common.Bytes;
import java.util.Arrays;

/** Walks a byte string and takes nothing on trust. Used by one thread, once. */
final class CommandReader {

    static final Alarm.Type[] ALARM_TYPES = Alarm.Type.values();

    private final byte[] input;
    private int position;

    CommandReader(byte[] input) {
        this.input = input;
    }

    int octet() {
        if (position == input.length) {
            throw new MalformedCommandException("log entry ends early");
        }
        return input[position++] & 0xFF;
    }

    boolean flag() {
        int value = octet();
        if (value > 1) {
            throw new MalformedCommandException("flag is " + value);
        }
        return value == 1;
    }

    <E extends Enum<E>> E constant(E[] constants) {
        int ordinal = octet();
        if (ordinal >= constants.length) {
            throw new MalformedCommandException("unknown constant " + ordinal);
        }
        return constants[ordinal];
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int octet = octet();
            value |= (octet & 0x7FL) << shift;
            if ((octet & 0x80) == 0) {
                boolean longerThanNeeded = octet == 0 && shift > 0;
                boolean overflows = shift == 63 && octet > 1;
                if (longerThanNeeded || overflows) {
                    break;
                }
                return value;
            }
        }
        throw new MalformedCommandException("not a number of 64 bits in its shortest form");
    }

    int positiveInt() {
        long value = number();
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new MalformedCommandException("not a count: " + value);
        }
        return (int) value;
    }

    /** A number of things that follow, of at least one byte each. */
    int count() {
        long count = number();
        if (count < 0 || count > input.length - position) {
            throw new MalformedCommandException("log entry ends early");
        }
        return (int) count;
    }

    Bytes bytes() {
        int length = count();
        Bytes value = Bytes.wrap(Arrays.copyOfRange(input, position, position + length));
        position += length;
        return value;
    }

    void end() {
        if (position != input.length) {
            throw new MalformedCommandException(input.length - position + " bytes left over");
        }
    }
}
