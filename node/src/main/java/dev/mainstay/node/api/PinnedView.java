package dev.mainstay.node.api;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.mvcc.KvStore;
import dev.mainstay.node.mvcc.KvView;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The store as of one revision, for reads that must fit together. When a compaction overtakes the revision, reads throw
 * {@link OvertakenException}: pin anew.
 */
final class PinnedView implements KvView {

    private final KvStore store;
    private final long revision;

    PinnedView(KvStore store) {
        this.store = store;
        this.revision = store.revision();
    }

    @Override
    public long revision() {
        return revision;
    }

    @Override
    public long compactRevision() {
        return store.compactRevision();
    }

    @Override
    public Outcome range(RangeQuery query) {
        if (query.revision() > revision) {
            return new Outcome.Refused(ErrorCode.FUTURE_REVISION);
        }
        if (query.revision() > 0) {
            return atRevision(store.range(query));
        }
        Outcome outcome = store.range(at(query));
        if (outcome instanceof Outcome.Refused) {
            throw new OvertakenException();
        }
        return atRevision(outcome);
    }

    @Override
    public @Nullable KeyValue get(Bytes key) {
        Outcome outcome = range(RangeQuery.all(KeyRange.single(key), revision));
        List<KeyValue> kvs = outcome instanceof Outcome.Ranged ranged ? ranged.kvs() : List.of();
        if (outcome instanceof Outcome.Refused) {
            throw new OvertakenException();
        }
        return kvs.isEmpty() ? null : kvs.getFirst();
    }

    @Override
    public void scan(KeyRange range, Predicate<KeyValue> visitor) {
        if (store.stream(RangeQuery.all(range, revision), visitor) instanceof Outcome.Refused) {
            throw new OvertakenException();
        }
    }

    private Outcome atRevision(Outcome outcome) {
        return outcome instanceof Outcome.Ranged ranged
                ? new Outcome.Ranged(revision, ranged.kvs(), ranged.more(), ranged.count())
                : outcome;
    }

    private RangeQuery at(RangeQuery query) {
        return new RangeQuery(
                query.range(),
                query.limit(),
                revision,
                query.order(),
                query.target(),
                query.keysOnly(),
                query.countOnly(),
                query.minModRevision(),
                query.maxModRevision(),
                query.minCreateRevision(),
                query.maxCreateRevision());
    }

    /** The revision of the view can no longer be read. */
    static final class OvertakenException extends RuntimeException {

        private static final long serialVersionUID = 1;

        OvertakenException() {
            super("compacted meanwhile", null, false, false);
        }
    }
}
