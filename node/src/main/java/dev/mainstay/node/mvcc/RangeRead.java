package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.command.RangeQuery.SortOrder;
import dev.mainstay.node.command.RangeQuery.SortTarget;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.StoreView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers one range query over cursors that are fixed when this object is made. Owned by one thread; close it.
 *
 * <p>Hot. Pairs in key order are passed on as they are read; any other order keeps as many as the limit says.
 */
final class RangeRead implements AutoCloseable {

    private final RangeQuery query;
    private final long revision;
    private final long currentRevision;
    private final RangeCount count;
    private final Cursor cursor;

    /**
     * @param revision the one to read at
     * @param currentRevision the newest in sight, that {@code span} counts at
     */
    RangeRead(StoreView view, RangeQuery query, long revision, long currentRevision, CountedKeys.Span span) {
        this.query = query;
        this.revision = revision;
        this.currentRevision = currentRevision;
        this.count = new RangeCount(view, query.range(), revision, currentRevision, span);
        try {
            this.cursor = KvReads.cursor(view, query.range());
        } catch (RuntimeException e) {
            count.close();
            throw e;
        }
    }

    /** The answer for a range of one key, given the version found. */
    static Outcome.Ranged single(RangeQuery query, long currentRevision, @Nullable StoredVersion found) {
        if (found == null || found.tombstone()) {
            return new Outcome.Ranged(currentRevision, List.of(), false, 0);
        }
        List<KeyValue> kvs = !query.countOnly() && matches(query, found)
                ? List.of(query.keysOnly() ? found.toKeyOnly() : found.toKeyValue())
                : List.of();
        return new Outcome.Ranged(currentRevision, kvs, false, 1);
    }

    Outcome.Ranged answer(Predicate<KeyValue> visitor) {
        if (query.countOnly()) {
            return new Outcome.Ranged(currentRevision, List.of(), false, count.count(cursor));
        }
        return query.isKeyAscending() ? ascending(visitor) : sorted(visitor);
    }

    private Outcome.Ranged ascending(Predicate<KeyValue> visitor) {
        long limit = limit();
        long seen = 0;
        long passed = 0;
        boolean wanted = true;
        LiveKeys keys = new LiveKeys(cursor, query.range(), revision);
        while (keys.next()) {
            seen++;
            if (query.hasRevisionFilter() && !matches(query, keys.head())) {
                continue;
            }
            if (!wanted || passed == limit) {
                return new Outcome.Ranged(currentRevision, List.of(), true, count.count(cursor));
            }
            passed++;
            wanted = visitor.test(
                    query.keysOnly() ? keys.head().toKeyOnly() : keys.version().toKeyValue());
        }
        return new Outcome.Ranged(currentRevision, List.of(), false, seen);
    }

    private Outcome.Ranged sorted(Predicate<KeyValue> visitor) {
        long limit = limit();
        boolean cutFirst = query.order() == SortOrder.NONE && !query.hasRevisionFilter();
        Comparator<KeyValue> order = order();
        PriorityQueue<KeyValue> kept = new PriorityQueue<>(order.reversed());
        long seen = 0;
        long matched = 0;
        boolean ended = true;
        LiveKeys keys = new LiveKeys(cursor, query.range(), revision);
        while (keys.next()) {
            // One more than the limit is read before sorting, as etcd does where no order is named.
            if (cutFirst && matched > limit) {
                ended = false;
                break;
            }
            seen++;
            StoredVersion version =
                    query.keysOnly() && query.target() != SortTarget.VALUE ? keys.head() : keys.version();
            if (!matches(query, version)) {
                continue;
            }
            matched++;
            kept.add(version.toKeyValue());
            if (kept.size() > limit) {
                kept.remove();
            }
        }
        List<KeyValue> result = new ArrayList<>(kept);
        result.sort(order);
        boolean more = matched > limit;
        int passed = 0;
        for (KeyValue kv : result) {
            passed++;
            if (!visitor.test(query.keysOnly() ? withoutValue(kv) : kv)) {
                break;
            }
        }
        long total = ended ? seen : count.count(cursor);
        return new Outcome.Ranged(currentRevision, List.of(), more || passed < result.size(), total);
    }

    private long limit() {
        return query.limit() > 0 ? query.limit() : Long.MAX_VALUE;
    }

    private Comparator<KeyValue> order() {
        Comparator<KeyValue> byTarget = switch (query.target()) {
            case KEY -> Comparator.comparing(KeyValue::key);
            case VERSION -> Comparator.comparingLong(KeyValue::version);
            case CREATE -> Comparator.comparingLong(KeyValue::createRevision);
            case MOD -> Comparator.comparingLong(KeyValue::modRevision);
            case VALUE -> Comparator.comparing(KeyValue::value);
        };
        Comparator<KeyValue> directed = query.order() == SortOrder.DESCEND ? byTarget.reversed() : byTarget;
        return directed.thenComparing(KeyValue::key);
    }

    private static boolean matches(RangeQuery query, StoredVersion version) {
        long mod = version.revision().main();
        long create = version.createRevision();
        return (query.minModRevision() == 0 || mod >= query.minModRevision())
                && (query.maxModRevision() == 0 || mod <= query.maxModRevision())
                && (query.minCreateRevision() == 0 || create >= query.minCreateRevision())
                && (query.maxCreateRevision() == 0 || create <= query.maxCreateRevision());
    }

    private static KeyValue withoutValue(KeyValue kv) {
        return new KeyValue(kv.key(), kv.createRevision(), kv.modRevision(), kv.version(), Bytes.EMPTY, kv.lease());
    }

    @Override
    public void close() {
        cursor.close();
        count.close();
    }
}
