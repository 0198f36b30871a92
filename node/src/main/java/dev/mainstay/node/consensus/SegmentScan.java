package dev.mainstay.node.consensus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a segment really holds, read independently of Ratis: the header "RaftLog1", then entries, then zeros.
 *
 * <pre>
 * entry: length n (varint, never 0) | n bytes of LogEntryProto (term = 1, index = 2, ...) | CRC-32C of all that, big endian
 * </pre>
 *
 * @param lastIndex the last entry that is whole and in sequence; {@code start - 1} for none
 * @param lastTerm its term, 0 for none
 * @param end the offset behind that entry; everything up to it is as written
 * @param fault what follows there instead of zeros or the file's end; null if nothing is wrong
 */
record SegmentScan(
        long lastIndex, long lastTerm, long end, @Nullable String fault) {

    private static final byte[] HEADER = "RaftLog1".getBytes(StandardCharsets.UTF_8);
    private static final int CHECKSUM_BYTES = 4;
    private static final int TERM_TAG = 1 << 3;
    private static final int INDEX_TAG = 2 << 3;

    static SegmentScan of(SegmentFile segment) throws IOException {
        return of(segment, Long.MAX_VALUE);
    }

    /** The term of an entry, -1 if the file doesn't hold it whole. */
    static long termAt(SegmentFile segment, long index) throws IOException {
        SegmentScan scan = of(segment, index);
        return scan.lastIndex() == index && index >= segment.start() ? scan.lastTerm() : -1;
    }

    private static SegmentScan of(SegmentFile segment, long until) throws IOException {
        try (var channel = FileChannel.open(segment.path(), StandardOpenOption.READ);
                var arena = Arena.ofConfined()) {
            if (channel.size() > Integer.MAX_VALUE) {
                throw new IOException(segment.path() + " is larger than any segment can be");
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)
                    .asByteBuffer()
                    .order(ByteOrder.BIG_ENDIAN);
            return scan(bytes, segment.start(), until);
        }
    }

    private static SegmentScan scan(ByteBuffer bytes, long start, long until) throws IOException {
        for (int i = 0; i < HEADER.length; i++) {
            if (i >= bytes.limit() || bytes.get(i) != HEADER[i]) {
                return new SegmentScan(start - 1, 0, 0, "the file's header is damaged or cut off");
            }
        }
        var crc = new CRC32C();
        long index = start - 1;
        long term = 0;
        int offset = HEADER.length;
        while (offset < bytes.limit() && index < until) {
            if (bytes.get(offset) == 0) {
                return new SegmentScan(index, term, offset, zerosFrom(bytes, offset) ? null : "bytes behind the end");
            }
            int lengthBytes = varintBytes(bytes, offset);
            long length = lengthBytes == 0 ? -1 : varint(bytes, offset, lengthBytes);
            long next = offset + lengthBytes + length + CHECKSUM_BYTES;
            if (length <= 0 || next > bytes.limit()) {
                return new SegmentScan(index, term, offset, "an entry reaches beyond the end of the file");
            }
            int checked = Math.toIntExact(lengthBytes + length);
            crc.reset();
            crc.update(bytes.slice(offset, checked));
            if ((int) crc.getValue() != bytes.getInt(offset + checked)) {
                return new SegmentScan(index, term, offset, "an entry's checksum does not match");
            }
            CodedInputStream entry =
                    CodedInputStream.newInstance(bytes.slice(offset + lengthBytes, Math.toIntExact(length)));
            long entryTerm = entry.readTag() == TERM_TAG ? entry.readUInt64() : -1;
            // A protobuf leaves out a zero, and index 0 is the first entry of all.
            long entryIndex = entryTerm >= 0 && entry.readTag() == INDEX_TAG ? entry.readUInt64() : 0;
            if (entryIndex != index + 1 || entryTerm < term) {
                return new SegmentScan(index, term, offset, "an entry is out of sequence");
            }
            index = entryIndex;
            term = entryTerm;
            offset = Math.toIntExact(next);
        }
        return new SegmentScan(index, term, offset, null);
    }

    private static boolean zerosFrom(ByteBuffer bytes, int offset) {
        int at = offset;
        while (at + Long.BYTES <= bytes.limit()) {
            if (bytes.getLong(at) != 0) {
                return false;
            }
            at += Long.BYTES;
        }
        while (at < bytes.limit()) {
            if (bytes.get(at++) != 0) {
                return false;
            }
        }
        return true;
    }

    private static int varintBytes(ByteBuffer bytes, int offset) {
        for (int i = 0; i < 5 && offset + i < bytes.limit(); i++) {
            if (bytes.get(offset + i) >= 0) {
                return i + 1;
            }
        }
        return 0;
    }

    private static long varint(ByteBuffer bytes, int offset, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes.get(offset + i) & 0x7fL) << (7 * i);
        }
        return value;
    }
}
