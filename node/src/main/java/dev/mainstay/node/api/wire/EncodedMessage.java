package dev.mainstay.node.api.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A response message in its wire form, with room for gRPC's frame header in front, so that a transport that knows this class
 * sends the array as it is.
 */
public final class EncodedMessage {

    /** Room for the frame header: a compression flag and the message's length. */
    public static final int FRAME_HEADER_BYTES = 5;

    private final byte[] array;
    private final int start;
    private final int end;

    /**
     * Takes an array over.
     *
     * @param start where the frame starts; the message follows {@link #FRAME_HEADER_BYTES} later
     * @param end where the message ends
     */
    public EncodedMessage(byte[] array, int start, int end) {
        this.array = array;
        this.start = start;
        this.end = end;
    }

    /** The length of the message, in bytes, without the frame header. */
    public int length() {
        return end - start - FRAME_HEADER_BYTES;
    }

    /** The array in which the frame lies, with the frame header filled in. */
    public byte[] array() {
        int length = length();
        array[start] = 0;
        array[start + 1] = (byte) (length >>> 24);
        array[start + 2] = (byte) (length >>> 16);
        array[start + 3] = (byte) (length >>> 8);
        array[start + 4] = (byte) length;
        return array;
    }

    /** Where the frame starts in {@link #array}. */
    public int frameStart() {
        return start;
    }

    /** The length of the frame, header included. */
    public int frameLength() {
        return end - start;
    }

    /** The message for transports that don't know this class. */
    EncodedStream stream() {
        return new EncodedStream(this);
    }

    /** What a marshaller hands to the transport, which may take the message out of it. */
    public static final class EncodedStream extends ByteArrayInputStream {

        private final EncodedMessage message;

        private EncodedStream(EncodedMessage message) {
            super(message.array, message.start + FRAME_HEADER_BYTES, message.length());
            this.message = message;
        }

        /** The message of a stream that came from one of our marshallers; any other stream is read and closed. */
        public static EncodedMessage messageOf(InputStream stream) throws IOException {
            if (stream instanceof EncodedStream ours) {
                return ours.message;
            }
            try (stream) {
                byte[] body = stream.readAllBytes();
                byte[] frame = new byte[FRAME_HEADER_BYTES + body.length];
                System.arraycopy(body, 0, frame, FRAME_HEADER_BYTES, body.length);
                return new EncodedMessage(frame, 0, frame.length);
            }
        }
    }
}
