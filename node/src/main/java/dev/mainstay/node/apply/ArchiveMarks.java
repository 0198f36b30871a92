package dev.mainstay.node.apply;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreView;
import dev.mainstay.node.storage.WriteSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the segments of the archive end, as the cluster agreed on it: so that any member that ships the log cuts it in the same places, and
 * all know how much of it is safe. Changed by the apply thread only, each time with the transaction of its log entry; read by any.
 *
 * <pre>
 * applied  "archive"               → format (1 byte, now 1), line (8), archived index (8)
 *          "archive-mark" index (8) → format (1 byte, now 1), revision (8), wall clock (8), cluster elapsed time (8)
 * </pre>
 *
 * The newest {@value #MOST} marks are kept.
 */
public final class ArchiveMarks {

    /** How many marks are kept; segments that couldn't be shipped for longer are cut by their size alone. */
    static final int MOST = 1_000;

    private static final byte FORMAT = 1;
    private static final byte[] KEY = Bytes.utf8("archive").array();
    private static final byte[] MARK = Bytes.utf8("archive-mark").array();
    private static final int STATE_BYTES = 1 + 2 * Long.BYTES;
    private static final int MARK_BYTES = 1 + 3 * Long.BYTES;

    private volatile State now;

    /**
     * What is known.
     *
     * @param line names what continues from mark to mark without a gap in time or a second past; 0 if there never was a mark
     * @param archivedIndex up to here the log is in the archive, or further; 0 if nothing is
     * @param marks by index
     */
    public record State(long line, long archivedIndex, List<ArchiveMark> marks) {

        static final State NONE = new State(0, 0, List.of());

        public State {
            marks = List.copyOf(marks);
        }

        /** The last mark. */
        public Optional<ArchiveMark> newest() {
            return marks.isEmpty() ? Optional.empty() : Optional.of(marks.getLast());
        }
    }

    private ArchiveMarks(State now) {
        this.now = now;
    }

    static ArchiveMarks open(Store store) {
        byte @Nullable [] row = store.get(Applier.APPLIED, KEY);
        if (row == null) {
            return new ArchiveMarks(State.NONE);
        }
        Invariant.check(row.length == STATE_BYTES && row[0] == FORMAT, "unknown record of the archive");
        ByteBuffer fields = ByteBuffer.wrap(row, 1, row.length - 1);
        long line = fields.getLong();
        long archivedIndex = fields.getLong();
        List<ArchiveMark> marks = new ArrayList<>();
        try (Cursor rows = store.cursor(Applier.APPLIED, null, null)) {
            for (rows.seek(MARK); rows.isValid(); rows.next()) {
                byte[] key = rows.key();
                if (key.length != MARK.length + Long.BYTES
                        || !Arrays.equals(key, 0, MARK.length, MARK, 0, MARK.length)) {
                    break;
                }
                byte[] value = rows.value();
                Invariant.check(
                        value.length == MARK_BYTES && value[0] == FORMAT, "unknown record of a mark of the archive");
                ByteBuffer mark = ByteBuffer.wrap(value, 1, value.length - 1);
                marks.add(new ArchiveMark(
                        ByteBuffer.wrap(key, MARK.length, Long.BYTES).getLong(),
                        mark.getLong(),
                        mark.getLong(),
                        mark.getLong()));
            }
        }
        return new ArchiveMarks(new State(line, archivedIndex, marks));
    }

    /** The line of a state that nobody has open, such as a checkpoint; 0 for none. */
    public static long line(StoreView store) {
        byte @Nullable [] row = store.get(Applier.APPLIED, KEY);
        return row == null ? 0 : ByteBuffer.wrap(row, 1, Long.BYTES).getLong();
    }

    /** As of the last applied entry. */
    public State now() {
        return now;
    }

    void add(WriteSet changes, Command.MarkArchive wanted, long index, long revision, long clockMillis) {
        State before = now;
        boolean goesOn = before.line() != wanted.expectedLine() || before.line() == wanted.line();
        if (!goesOn) {
            forget(changes, before.marks());
        }
        long line = goesOn ? before.line() : wanted.line();
        if (line == 0) {
            return;
        }
        List<ArchiveMark> marks = goesOn ? new ArrayList<>(before.marks()) : new ArrayList<>();
        // What the entry waited on its way is known by the cluster's clock.
        long wallMillis = wanted.wallMillis() + Math.max(0, clockMillis - wanted.clockMillis());
        if (!marks.isEmpty()) {
            wallMillis = Math.max(marks.getLast().wallMillis(), wallMillis);
        }
        ArchiveMark mark = new ArchiveMark(index, revision, wallMillis, clockMillis);
        if (!marks.isEmpty() && marks.getLast().index() == index) {
            marks.removeLast();
        }
        marks.add(mark);
        if (marks.size() > MOST) {
            forget(changes, List.of(marks.removeFirst()));
        }
        boolean isOfLine = wanted.line() == line && wanted.archivedIndex() < index;
        long archivedIndex = Math.max(goesOn ? before.archivedIndex() : 0, isOfLine ? wanted.archivedIndex() : 0);
        changes.put(
                Applier.APPLIED,
                key(index),
                ByteBuffer.allocate(MARK_BYTES)
                        .put(FORMAT)
                        .putLong(revision)
                        .putLong(wallMillis)
                        .putLong(clockMillis)
                        .array());
        put(changes, new State(line, archivedIndex, marks));
    }

    /** There is no line any more; the next mark begins another. */
    void clear(WriteSet changes) {
        forget(changes, now.marks());
        changes.delete(Applier.APPLIED, KEY);
        now = State.NONE;
    }

    private void put(WriteSet changes, State next) {
        changes.put(
                Applier.APPLIED,
                KEY,
                ByteBuffer.allocate(STATE_BYTES)
                        .put(FORMAT)
                        .putLong(next.line())
                        .putLong(next.archivedIndex())
                        .array());
        now = next;
    }

    private static void forget(WriteSet changes, List<ArchiveMark> marks) {
        marks.forEach(mark -> changes.delete(Applier.APPLIED, key(mark.index())));
    }

    private static byte[] key(long index) {
        return ByteBuffer.allocate(MARK.length + Long.BYTES)
                .put(MARK)
                .putLong(index)
                .array();
    }
}
