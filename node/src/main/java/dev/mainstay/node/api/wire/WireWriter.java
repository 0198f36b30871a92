package dev.mainstay.node.api.wire;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Writes protobuf fields into one growing array. As in proto3, fields that hold zero or nothing are left out.
 *
 * <p>The array begins with room for the frame header and {@link #FRONT_BYTES} that {@link #front} may fill last: for what is
 * known only at the end but belongs first. Hot path. Owned by one thread.
 */
public final class WireWriter {

    /** Room in front of the message. */
    public static final int FRONT_BYTES = 64;

    private static final int BODY_START = EncodedMessage.FRAME_HEADER_BYTES + FRONT_BYTES;

    private final IntConsumer beforeGrowth;
    private byte[] array;
    private int position = BODY_START;
    private int start = BODY_START;

    /** A writer with room for {@code expectedBytes} before it has to grow. */
    public WireWriter(int expectedBytes) {
        this(expectedBytes, _ -> {});
    }

    /** @param beforeGrowth hears by how many bytes the array is going to grow, and may throw to stop that */
    public WireWriter(int expectedBytes, IntConsumer beforeGrowth) {
        this.beforeGrowth = beforeGrowth;
        this.array = new byte[BODY_START + expectedBytes];
    }

    /** The bytes written so far. */
    public int length() {
        return position - start;
    }

    /** Writes an integer, enum or bool field. */
    public void number(int field, long value) {
        if (value != 0) {
            ensure(15);
            tag(field, 0);
            varint(value);
        }
    }

    /** Writes a bool field. */
    public void flag(int field, boolean value) {
        number(field, value ? 1 : 0);
    }

    /** Writes a bytes or string field unless it is empty. */
    public void bytes(int field, Bytes value) {
        if (!value.isEmpty()) {
            message(field, value);
        }
    }

    /** Writes an encoded message as a field, even an empty one. */
    public void message(int field, Bytes value) {
        byte[] bytes = value.array();
        open(field, bytes.length);
        ensure(bytes.length);
        System.arraycopy(bytes, 0, array, position, bytes.length);
        position += bytes.length;
    }

    /** Begins a message field whose {@code size} bytes the caller writes next. */
    public void open(int field, int size) {
        ensure(10);
        tag(field, 2);
        varint(size);
    }

    /** Writes the fields of a pair. */
    public void keyValue(KeyValue kv, boolean withValue) {
        bytes(1, kv.key());
        number(2, kv.createRevision());
        number(3, kv.modRevision());
        number(4, kv.version());
        if (withValue) {
            bytes(5, kv.value());
        }
        number(6, kv.lease());
    }

    /** Writes a pair as a message field. */
    public void keyValue(int field, KeyValue kv, boolean withValue) {
        open(field, WireSizes.keyValue(kv, withValue));
        keyValue(kv, withValue);
    }

    /** Puts a finished run of fields in front of everything written; once, at most {@link #FRONT_BYTES}. */
    public void front(byte[] fields, int length) {
        start = BODY_START - length;
        System.arraycopy(fields, 0, array, start, length);
    }

    /** What was written, as fields of some other message. */
    public Bytes toBytes() {
        return Bytes.wrap(Arrays.copyOfRange(array, start, position));
    }

    /** What was written, as a message to send; the writer is spent. */
    public EncodedMessage finish() {
        return new EncodedMessage(array, start - EncodedMessage.FRAME_HEADER_BYTES, position);
    }

    private void tag(int field, int wireType) {
        varint((long) field << 3 | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            array[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[position++] = (byte) rest;
    }

    private void ensure(int more) {
        if (array.length - position < more) {
            int larger = (int) Math.min(Math.max(2L * array.length, (long) position + more), Integer.MAX_VALUE - 16);
            beforeGrowth.accept(larger - array.length);
            array = Arrays.copyOf(array, larger);
        }
    }
}
