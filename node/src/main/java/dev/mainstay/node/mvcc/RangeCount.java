package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import org.jspecify.annotations.Nullable;

/**
 * Counts the keys of a range at a revision: whole blocks from the counted keys, the rest by looking; at an older revision,
 * the count of now less what the history says has come since. Owned by one thread; close it.
 */
final class RangeCount implements AutoCloseable {

    private static final int CHANGES_ALWAYS_WORTH_READING = 1_000;

    private final KeyRange range;
    private final long revision;
    private final long now;
    private final CountedKeys.Span span;
    private final @Nullable Cursor history;

    /**
     * @param now the revision that {@code span} counts at, at least {@code revision}
     */
    RangeCount(StoreView view, KeyRange range, long revision, long now, CountedKeys.Span span) {
        this.range = range;
        this.revision = revision;
        this.now = now;
        this.span = span;
        this.history = revision == now || span.from() == null
                ? null
                : view.cursor(Schema.HISTORY, Change.tableKey(revision + 1, 0), Change.tableKey(now + 1, 0));
    }

    /** @param kv over at least the range, opened after this object */
    long count(Cursor kv) {
        if (span.from() == null) {
            return walk(kv, range, revision);
        }
        long count = span.count() + walk(kv, new KeyRange(range.from(), span.from()), now);
        if (span.to() != null) {
            count += walk(kv, new KeyRange(span.to(), range.to()), now);
        }
        return history == null ? count : countBefore(history, count, kv);
    }

    private long countBefore(Cursor changes, long countNow, Cursor kv) {
        long budget = Math.max(CHANGES_ALWAYS_WORTH_READING, countNow);
        long count = countNow;
        for (changes.seek(Change.tableKey(revision + 1, 0)); changes.isValid(); changes.next()) {
            if (--budget < 0) {
                return walk(kv, range, revision);
            }
            Change change = Change.decode(changes.key(), changes.value());
            if (range.contains(change.key())) {
                count -= change.keys();
            }
        }
        return count;
    }

    private static long walk(Cursor kv, KeyRange part, long revision) {
        long count = 0;
        if (!part.isEmpty()) {
            for (LiveKeys keys = new LiveKeys(kv, part, revision); keys.next(); ) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void close() {
        if (history != null) {
            history.close();
        }
    }
}
