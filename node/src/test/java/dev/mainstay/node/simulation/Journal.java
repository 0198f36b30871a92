package dev.mainstay.node.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a member's log keeps on disk: term, vote, and the records up to the last fsync. */
final class Journal {

    private final List<LogRecord> records = new ArrayList<>();
    private final List<LogRecord> confs = new ArrayList<>();
    long term;
    long vote;
    private int durable;
    private int truncations;

    int size() {
        return records.size();
    }

    /** How many records a crash would leave. */
    int durable() {
        return durable;
    }

    LogRecord at(long index) {
        return records.get((int) index);
    }

    long termAt(long index) {
        return index < 0 || index >= records.size() ? -1 : at(index).term();
    }

    void append(LogRecord record) {
        records.add(record);
        if (record.conf() != null) {
            confs.add(record);
        }
    }

    /** The records from an index on. */
    List<LogRecord> from(long index) {
        return index >= records.size() ? List.of() : List.copyOf(records.subList((int) index, records.size()));
    }

    /** Takes away everything from an index on. */
    void truncate(long index) {
        records.subList((int) index, records.size()).clear();
        confs.removeIf(conf -> conf.index() >= index);
        durable = Math.min(durable, records.size());
        truncations++;
    }

    /** An fsync that has just begun; when it is done, {@link #synced} says so. */
    Sync sync() {
        return new Sync(records.size(), truncations);
    }

    /** Up to where an fsync reaches. */
    record Sync(int size, int truncations) {}

    /** Whether what the fsync was for is still there. */
    boolean synced(Sync sync) {
        if (sync.truncations != truncations) {
            return false;
        }
        durable = Math.max(durable, sync.size);
        return true;
    }

    /** The end of a life: what wasn't synced is lost. */
    void crash() {
        truncate(durable);
    }

    /** Where the last configuration stands, -1 without one. */
    long confIndex() {
        return confs.isEmpty() ? -1 : confs.getLast().index();
    }

    /** The last configuration, {@code null} without one. */
    @Nullable
    Conf conf() {
        return confs.isEmpty() ? null : confs.getLast().conf();
    }
}
