package dev.mainstay.node.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Arrays;

/** The little of ASN.1's DER that keys and certificates need. */
final class Der {

    static final int BOOLEAN = 0x01;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OID = 0x06;
    static final int SEQUENCE = 0x30;

    /** A tagged element of its own number, as in {@code [0] EXPLICIT}. */
    static final int CONTEXT = 0xa0;

    private static final int LONG_FORM = 0x80;

    private final byte[] bytes;
    private int at;

    /** Reads elements that follow one another. */
    Der(byte[] bytes) {
        this.bytes = bytes;
    }

    /** One element. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Element(int tag, byte[] content) {

        /** What is inside, if it is made of elements. */
        Der inside() {
            return new Der(content);
        }
    }

    boolean more() {
        return at < bytes.length;
    }

    /** @throws IllegalArgumentException if there is no whole element */
    Element next() {
        int tag = octet();
        int length = octet();
        if (length >= LONG_FORM) {
            int octets = length - LONG_FORM;
            length = 0;
            for (int i = 0; i < octets; i++) {
                length = Math.addExact(Math.multiplyExact(length, 256), octet());
            }
        }
        if (length > bytes.length - at) {
            throw new IllegalArgumentException("an element is cut off");
        }
        byte[] content = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return new Element(tag, content);
    }

    private int octet() {
        if (at >= bytes.length) {
            throw new IllegalArgumentException("an element is cut off");
        }
        return Byte.toUnsignedInt(bytes[at++]);
    }

    /** An element made of these parts, one after the other. */
    static byte[] element(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < LONG_FORM) {
            out.write(length);
        } else {
            byte[] digits = BigInteger.valueOf(length).toByteArray();
            int from = digits[0] == 0 ? 1 : 0;
            out.write(LONG_FORM + digits.length - from);
            out.write(digits, from, digits.length - from);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return element(SEQUENCE, parts);
    }

    static byte[] integer(BigInteger value) {
        return element(INTEGER, value.toByteArray());
    }

    /** Bits whose last octet has so many unused ones. */
    static byte[] bits(int unused, byte[] octets) {
        return element(BIT_STRING, new byte[] {(byte) unused}, octets);
    }

    /** An object identifier from its dotted form. */
    static byte[] oid(String dotted) {
        int[] arcs = Arrays.stream(dotted.split("\\.", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(40 * arcs[0] + arcs[1]);
        for (int i = 2; i < arcs.length; i++) {
            for (int shift = 28; shift > 0; shift -= 7) {
                if (arcs[i] >>> shift != 0) {
                    out.write(((arcs[i] >>> shift) & 0x7f) | 0x80);
                }
            }
            out.write(arcs[i] & 0x7f);
        }
        return element(OID, out.toByteArray());
    }
}
