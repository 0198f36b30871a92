package dev.mainstay.node.snapshot;

import dev.mainstay.node.command.LogPosition;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes that travel. Numbers are big endian; {@code text} is a length of two bytes and UTF-8.
 *
 * <pre>
 * OPEN    version, token (8)                              → ok, id (8), term (8), index (8), count (4), count × (text name, size (8))
 * READ    version, id (8), offset (8), length (4), name   → ok, CRC-32C of what follows (4), bytes
 * CLOSE   version, id (8), whole (1)                      → ok
 *
 * instead of an answer: reason (1, not 0), text
 * </pre>
 */
final class SnapshotMessages {

    /** The most that one read gives. */
    static final int MAX_READ_BYTES = 1 << 20;

    private static final byte VERSION = 1;
    private static final byte OK = 0;
    private static final int READ_HEADER = 1 + Integer.BYTES;

    private SnapshotMessages() {}

    record Read(long id, long offset, int length, String name) {}

    record Close(long id, boolean whole) {}

    static byte[] open(long token) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(token).array();
    }

    static long open(byte[] request) throws SnapshotException {
        return parse(request, ByteBuffer::getLong);
    }

    static byte[] opened(Checkpoint checkpoint) {
        List<byte[]> names = new ArrayList<>();
        int size = 1 + 3 * Long.BYTES + Integer.BYTES;
        for (SnapshotFile file : checkpoint.files()) {
            byte[] name = file.name().getBytes(StandardCharsets.UTF_8);
            names.add(name);
            size += Short.BYTES + name.length + Long.BYTES;
        }
        ByteBuffer answer = ByteBuffer.allocate(size)
                .put(OK)
                .putLong(checkpoint.id())
                .putLong(checkpoint.position().term())
                .putLong(checkpoint.position().index())
                .putInt(names.size());
        for (int i = 0; i < names.size(); i++) {
            answer.putShort((short) names.get(i).length).put(names.get(i));
            answer.putLong(checkpoint.files().get(i).bytes());
        }
        return answer.array();
    }

    static Checkpoint opened(byte[] answer) throws SnapshotException {
        ByteBuffer bytes = accepted(answer);
        try {
            long id = bytes.getLong();
            var position = new LogPosition(bytes.getLong(), bytes.getLong());
            int count = bytes.getInt();
            List<SnapshotFile> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                files.add(new SnapshotFile(text(bytes), bytes.getLong()));
            }
            return new Checkpoint(id, position, files);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw damaged("a list of files that can't be read: " + e);
        }
    }

    static byte[] read(Read read) {
        byte[] name = read.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + 2 * Long.BYTES + Integer.BYTES + Short.BYTES + name.length)
                .put(VERSION)
                .putLong(read.id())
                .putLong(read.offset())
                .putInt(read.length())
                .putShort((short) name.length)
                .put(name)
                .array();
    }

    static Read read(byte[] request) throws SnapshotException {
        return parse(request, bytes -> new Read(bytes.getLong(), bytes.getLong(), bytes.getInt(), text(bytes)));
    }

    /** An answer with room for so many bytes, to be filled through {@link #room} and then {@link #sealed}. */
    static byte[] piece(int length) {
        return new byte[READ_HEADER + length];
    }

    /** Where a piece's bytes go. */
    static ByteBuffer room(byte[] piece) {
        return ByteBuffer.wrap(piece, READ_HEADER, piece.length - READ_HEADER);
    }

    /** The piece with its checksum. */
    static byte[] sealed(byte[] piece) {
        ByteBuffer.wrap(piece).put(OK).putInt(checksum(piece));
        return piece;
    }

    /** The bytes of an answer to a read. */
    static ByteBuffer chunk(byte[] answer, int length) throws SnapshotException {
        ByteBuffer bytes = accepted(answer);
        if (bytes.remaining() != Integer.BYTES + length) {
            throw damaged("a piece of " + bytes.remaining() + " bytes where " + length + " were asked for");
        }
        if (bytes.getInt() != checksum(answer)) {
            throw damaged("a piece whose checksum does not match");
        }
        return bytes;
    }

    private static int checksum(byte[] answer) {
        var crc = new CRC32C();
        crc.update(answer, READ_HEADER, answer.length - READ_HEADER);
        return (int) crc.getValue();
    }

    static byte[] close(Close close) {
        return ByteBuffer.allocate(2 + Long.BYTES)
                .put(VERSION)
                .putLong(close.id())
                .put((byte) (close.whole() ? 1 : 0))
                .array();
    }

    static Close close(byte[] request) throws SnapshotException {
        return parse(request, bytes -> new Close(bytes.getLong(), bytes.get() != 0));
    }

    static byte[] closed() {
        return new byte[] {OK};
    }

    static byte[] refused(SnapshotException refusal) {
        byte[] text = String.valueOf(refusal.getMessage()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + Short.BYTES + text.length)
                .put(refusal.reason().code())
                .putShort((short) text.length)
                .put(text)
                .array();
    }

    private static ByteBuffer accepted(byte[] answer) throws SnapshotException {
        ByteBuffer bytes = ByteBuffer.wrap(answer);
        try {
            int status = bytes.get();
            if (status == OK) {
                return bytes;
            }
            String text = text(bytes);
            for (SnapshotException.Reason reason : SnapshotException.Reason.values()) {
                if (reason.code() == status) {
                    throw new SnapshotException(reason, text);
                }
            }
            throw damaged("an answer of unknown kind " + status + ": " + text);
        } catch (BufferUnderflowException e) {
            throw damaged("an answer that is cut off");
        }
    }

    private interface Parser<T> {
        T parse(ByteBuffer bytes);
    }

    private static <T> T parse(byte[] request, Parser<T> parser) throws SnapshotException {
        ByteBuffer bytes = ByteBuffer.wrap(request);
        try {
            int version = bytes.get();
            if (version != VERSION) {
                throw bad("a request of version " + version + "; this member knows version " + VERSION);
            }
            return parser.parse(bytes);
        } catch (BufferUnderflowException e) {
            throw bad("a request that is cut off");
        }
    }

    private static String text(ByteBuffer bytes) {
        byte[] text = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static SnapshotException bad(String what) {
        return new SnapshotException(SnapshotException.Reason.BAD_REQUEST, what);
    }

    private static SnapshotException damaged(String what) {
        return new SnapshotException(SnapshotException.Reason.DAMAGED, what);
    }
}
