package dev.mainstay.node.mvcc;

import dev.mainstay.node.command.Outcome;
import dev.mainstay.node.command.RangeQuery;
import dev.mainstay.node.common.KeyRange;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What all keys of a store come to, so that two stores can be held against each other.
 *
 * @param revision the newest
 * @param compactRevision -1 if nothing was ever compacted
 * @param keys how many exist at the revision
 * @param hash over every version that compaction keeps, as {@link KvStore#hash(long)} makes it
 */
public record KeyspaceDigest(long revision, long compactRevision, long keys, int hash) {

    /**
     * Reads all keys of a store that doesn't change meanwhile.
     *
     * @param givenUp asked now and then; once it is {@code true} nothing is answered
     */
    public static Optional<KeyspaceDigest> of(KvStore store, BooleanSupplier givenUp) {
        if (store.stream(RangeQuery.all(KeyRange.all(), 0).onlyCount(), _ -> true) instanceof Outcome.Ranged counted
                && store.hash(0, givenUp) instanceof HashRead.Hashed hashed) {
            return Optional.of(new KeyspaceDigest(
                    hashed.hashRevision(), hashed.compactRevision(), counted.count(), hashed.hash()));
        }
        return Optional.empty();
    }
}
