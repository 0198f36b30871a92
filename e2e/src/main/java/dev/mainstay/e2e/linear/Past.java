package dev.mainstay.e2e.linear;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the store was at each revision up to the last one that is certain. The oldest revisions are forgotten when there are
 * many. One thread.
 */
public final class Past {
    private static final int MOST_REVISIONS = 500_000;

    private final long first;
    private final int most;
    /** As it was before the changes. */
    private final Store oldest;

    private final NavigableMap<Long, List<Change>> changes = new TreeMap<>();

    /** A past that consists of one revision. */
    public Past(long revision, Collection<Pair> pairs) {
        this(revision, pairs, MOST_REVISIONS);
    }

    /** One that remembers this many changes. */
    Past(long revision, Collection<Pair> pairs, int most) {
        first = revision;
        this.most = most;
        oldest = new Store(revision, pairs);
    }

    /** The last revision. */
    public long last() {
        return changes.isEmpty() ? oldest.revision() : changes.lastKey();
    }

    /** Goes on with the changes of all the revisions that come next. */
    public void add(NavigableMap<Long, List<Change>> next) {
        if (!next.isEmpty() && (next.firstKey() != last() + 1 || next.lastKey() != last() + next.size())) {
            throw new IllegalArgumentException(
                    "after " + last() + " come " + next.firstKey() + " to " + next.lastKey() + ", " + next.size());
        }
        changes.putAll(next);
        while (changes.size() > most) {
            oldest.apply(changes.pollFirstEntry().getValue());
        }
    }

    /**
     * Whether each of these reads, all of them answered, shows the store as it was at the revision of its answer.
     *
     * @return what is wrong first; empty if nothing is, or if the revision is forgotten
     */
    Optional<String> check(List<Operation> reads) {
        Store store = new Store(oldest.revision(), oldest.contents().values());
        List<Operation> inOrder =
                reads.stream().sorted(Comparator.comparingLong(Past::revision)).toList();
        for (Operation read : inOrder) {
            long revision = revision(read);
            if (revision < first || revision > last()) {
                return Optional.of("revision " + revision + " isn't from " + first + " to " + last() + ": " + read);
            }
            while (store.revision() < revision) {
                store.apply(Objects.requireNonNull(changes.get(store.revision() + 1), "no revision is left out"));
            }
            Answer right = store.tryOut(read.request()).answer();
            if (store.revision() == revision && !right.equals(read.answer())) {
                return Optional.of("revision " + revision + " was " + right + ": " + read);
            }
        }
        return Optional.empty();
    }

    @Override
    public String toString() {
        return "revisions " + first + " to " + last();
    }

    private static long revision(Operation read) {
        return Objects.requireNonNull(read.answer(), "only answered reads are here")
                .revision();
    }
}
