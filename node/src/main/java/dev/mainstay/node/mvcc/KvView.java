package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads of keys at a revision. */
public interface KvView {

    /** The newest revision in sight; 1 when nothing was ever written. */
    long revision();

    /** The revision below which nothing can be read; -1 when never compacted. */
    long compactRevision();

    /** Answers a query with {@link Outcome.Ranged}, or refuses a revision that is compacted or in the future. */
    Outcome range(RangeQuery query);

    /** The newest version of a key, {@code null} if it doesn't exist. */
    @Nullable
    KeyValue get(Bytes key);

    /** Visits the newest version of each key of a range in key order until the visitor answers {@code false}. */
    void scan(KeyRange range, Predicate<KeyValue> visitor);
}
