package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The model: a sorted map in which every request that changes anything makes one revision, the next one. One thread.
 *
 * <p>{@link #tryOut} doesn't change it, {@link #apply} and {@link #undo} do.
 */
final class Store {
    private final TreeMap<String, Pair> pairs = new TreeMap<>();
    private long revision;

    Store(long revision, Collection<Pair> initial) {
        this.revision = revision;
        initial.forEach(pair -> pairs.put(pair.key(), pair));
    }

    long revision() {
        return revision;
    }

    /** A copy that is equal to that of another store exactly if the two hold the same. */
    Map<String, Pair> contents() {
        return Map.copyOf(pairs);
    }

    /** What the request would answer and change now. */
    Effect tryOut(Request request) {
        boolean holds = request.guards().stream().allMatch(this::holds);
        // What earlier steps did is seen by later ones.
        TreeMap<String, @Nullable Pair> changed = new TreeMap<>();
        List<Change> changes = new ArrayList<>();
        List<List<Pair>> found = new ArrayList<>();
        for (Step step : request.steps(holds)) {
            switch (step) {
                case Step.Put put -> {
                    List<Pair> before = find(Keys.one(put.key()), changed);
                    Pair after = before.isEmpty()
                            ? new Pair(put.key(), put.value(), revision + 1, revision + 1, 1)
                            : new Pair(
                                    put.key(),
                                    put.value(),
                                    before.getFirst().created(),
                                    revision + 1,
                                    before.getFirst().version() + 1);
                    changed.put(put.key(), after);
                    changes.add(Change.put(after));
                    found.add(before);
                }
                case Step.Delete delete -> {
                    List<Pair> before = find(delete.keys(), changed);
                    for (Pair pair : before) {
                        changed.put(pair.key(), null);
                        changes.add(Change.deletion(pair.key(), revision + 1));
                    }
                    found.add(before);
                }
                case Step.Get get -> found.add(find(get.keys(), changed));
            }
        }
        return new Effect(new Answer(changes.isEmpty() ? revision : revision + 1, holds, found), changes);
    }

    /** Makes the next revision of these changes; returns the pairs there were before, null for none, by key. */
    Map<String, @Nullable Pair> apply(List<Change> changes) {
        revision++;
        Map<String, @Nullable Pair> before = new TreeMap<>();
        for (Change change : changes) {
            Pair old = change.deleted() ? pairs.remove(change.key()) : pairs.put(change.key(), change.pair());
            before.putIfAbsent(change.key(), old);
        }
        return before;
    }

    /** Takes the last revision back, given what {@link #apply} returned for it. */
    void undo(Map<String, @Nullable Pair> before) {
        revision--;
        before.forEach((key, pair) -> {
            if (pair == null) {
                pairs.remove(key);
            } else {
                pairs.put(key, pair);
            }
        });
    }

    private boolean holds(Guard guard) {
        Pair pair = pairs.get(guard.key());
        return (pair == null ? 0 : pair.modified()) == guard.modified();
    }

    private List<Pair> find(Keys keys, Map<String, @Nullable Pair> changed) {
        TreeMap<String, Pair> found = new TreeMap<>();
        if (keys.end().isEmpty()) {
            Pair pair = pairs.get(keys.first());
            if (pair != null) {
                found.put(keys.first(), pair);
            }
        } else if (keys.first().compareTo(keys.end()) < 0) {
            found.putAll(pairs.subMap(keys.first(), keys.end()));
        }
        changed.forEach((key, pair) -> {
            if (keys.contain(key)) {
                if (pair == null) {
                    found.remove(key);
                } else {
                    found.put(key, pair);
                }
            }
        });
        return List.copyOf(found.values());
    }

    /** What a request answers, and changes in this order. */
    record Effect(Answer answer, List<Change> changes) {}
}
