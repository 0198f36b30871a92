package dev.mainstay.node.archive;

import dev.mainstay.node.apply.ArchiveMark;
import dev.mainstay.node.apply.StateHash;
import dev.mainstay.node.command.CommandCodec;
import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.consensus.LoggedEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Entries of the log that follow one another, between two marks. What it is like in an object, before compression and encryption, big endian:
 *
 * <pre>
 * "MSAR" | format (1 byte, now 1) | line (8) | first index (8) | last index (8)
 * the mark before:  index (8) | revision (8) | wall clock (8) | cluster elapsed time (8)
 * the mark after:   the same | term (8)
 * hash of the state: known (1, 0 or 1) | origin (8) | value (8)
 * number of entries (4) | entry*
 * entry: term (8) | index (8) | length (4) | what the log holds
 * </pre>
 *
 * Indexes without an entry are those of the log's own entries.
 *
 * @param line that it belongs to
 * @param firstIndex what it covers, from here
 * @param lastIndex to here
 * @param before the last mark before it
 * @param after the first mark that is not before its end; it ends there, unless it was too long
 * @param afterTerm the term of that mark's entry
 * @param hash of the state at its end, if that was known
 * @param entries with commands
 */
public record Segment(
        long line,
        long firstIndex,
        long lastIndex,
        ArchiveMark before,
        ArchiveMark after,
        long afterTerm,
        Optional<StateHash> hash,
        List<LoggedEntry> entries) {

    /** The format that this release writes, and the newest that it reads. */
    public static final int FORMAT = 1;

    private static final byte[] MAGIC = {'M', 'S', 'A', 'R'};

    public Segment {
        entries = List.copyOf(entries);
        boolean good = line != 0
                && before.index() < firstIndex
                && firstIndex <= lastIndex
                && lastIndex <= after.index()
                && before.revision() <= after.revision()
                && before.wallMillis() <= after.wallMillis();
        LogPosition last = new LogPosition(0, firstIndex - 1);
        for (LoggedEntry entry : entries) {
            good &= entry.position().index() > last.index()
                    && entry.position().term() >= last.term()
                    && entry.isOfCommands();
            last = entry.position();
        }
        if (!good || last.index() > lastIndex) {
            throw new IllegalArgumentException("entries out of order");
        }
    }

    /** A segment that isn't what it should be. */
    static final class BadSegmentException extends Exception {

        private static final long serialVersionUID = 1L;

        BadSegmentException(String message) {
            super(message);
        }
    }

    /** Whether it ends at a mark. */
    public boolean isWhole() {
        return lastIndex == after.index();
    }

    /** What its key says. */
    public SegmentName name() {
        ArchiveMark end = isWhole() ? after : before;
        return new SegmentName(
                line, firstIndex, lastIndex, before.revision(), end.revision(), before.wallMillis(), end.wallMillis());
    }

    /**
     * When one of its entries was put into the log, in milliseconds since 1970: by the mark after it if that is of the same term, since
     * the elapsed time of the cluster stands still while nobody leads; else by the mark before. Never outside of both.
     */
    public long millis(LoggedEntry entry) {
        long clockMillis = CommandCodec.clockMillis(entry.data().array());
        long millis = entry.position().term() == afterTerm
                ? after.wallMillis() - (after.clockMillis() - clockMillis)
                : before.wallMillis() + (clockMillis - before.clockMillis());
        return Math.clamp(millis, before.wallMillis(), after.wallMillis());
    }

    byte[] encode() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(MAGIC);
            out.writeByte(FORMAT);
            out.writeLong(line);
            out.writeLong(firstIndex);
            out.writeLong(lastIndex);
            write(out, before);
            write(out, after);
            out.writeLong(afterTerm);
            out.writeBoolean(hash.isPresent());
            out.writeLong(hash.map(StateHash::origin).orElse(0L));
            out.writeLong(hash.map(StateHash::value).orElse(0L));
            out.writeInt(entries.size());
            for (LoggedEntry entry : entries) {
                out.writeLong(entry.position().term());
                out.writeLong(entry.position().index());
                out.writeInt(entry.data().length());
                out.write(entry.data().array());
            }
        }
        return bytes.toByteArray();
    }

    /** @throws BadSegmentException if that is no segment, or one of a newer format */
    static Segment decode(byte[] bytes) throws BadSegmentException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            for (byte letter : MAGIC) {
                if (in.get() != letter) {
                    throw new BadSegmentException("is no segment of an archive");
                }
            }
            int format = in.get();
            if (format != FORMAT) {
                throw new BadSegmentException("has format " + format + "; this release reads format " + FORMAT
                        + ". Use the release that wrote it, or a newer one.");
            }
            long line = in.getLong();
            long firstIndex = in.getLong();
            long lastIndex = in.getLong();
            ArchiveMark before = mark(in);
            ArchiveMark after = mark(in);
            long afterTerm = in.getLong();
            int hashed = in.get();
            StateHash hash = new StateHash(in.getLong(), in.getLong());
            if (hashed < 0 || hashed > 1 || (hashed == 0 && (hash.origin() != 0 || hash.value() != 0))) {
                throw new BadSegmentException("is damaged: its hash is neither there nor not");
            }
            int count = in.getInt();
            List<LoggedEntry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                LogPosition position = new LogPosition(in.getLong(), in.getLong());
                int length = in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw new BadSegmentException("is damaged: an entry is longer than the segment");
                }
                byte[] data = new byte[length];
                in.get(data);
                entries.add(new LoggedEntry(position, Bytes.wrap(data)));
            }
            if (in.hasRemaining()) {
                throw new BadSegmentException("is damaged: bytes are left behind its last entry");
            }
            return new Segment(
                    line,
                    firstIndex,
                    lastIndex,
                    before,
                    after,
                    afterTerm,
                    hashed == 1 ? Optional.of(hash) : Optional.empty(),
                    entries);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            BadSegmentException bad = new BadSegmentException("is damaged: " + e.getMessage());
            bad.initCause(e);
            throw bad;
        }
    }

    private static void write(DataOutputStream out, ArchiveMark mark) throws IOException {
        out.writeLong(mark.index());
        out.writeLong(mark.revision());
        out.writeLong(mark.wallMillis());
        out.writeLong(mark.clockMillis());
    }

    private static ArchiveMark mark(ByteBuffer in) {
        return new ArchiveMark(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }
}
