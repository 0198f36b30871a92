package dev.mainstay.e2e.linear;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What answers say of single keys: at which revision which mod revision was seen. Needed to tell early that a lost operation
 * can't have made a revision, for example because the key it puts was seen unchanged later.
 */
final class Sightings {
    /** Key, then the revision at which it was seen, then the mod revision it had; 0 if it wasn't there. */
    private final Map<String, NavigableMap<Long, Long>> seen = new HashMap<>();
    /** Pairs by the revision that made them. */
    private final Map<Long, Set<Pair>> made = new HashMap<>();

    private final TreeSet<String> keys = new TreeSet<>();

    Sightings(List<Operation> operations) {
        operations.forEach(operation -> {
            addKeys(operation.request().then());
            addKeys(operation.request().otherwise());
        });
        operations.forEach(operation -> {
            Answer answer = operation.answer();
            if (answer != null) {
                look(operation.request(), answer);
            }
        });
    }

    /** Whether what was seen allows that these changes, and no others, made this revision. */
    boolean allow(long revision, List<Change> changes) {
        for (Pair pair : made.getOrDefault(revision, Set.of())) {
            if (!changes.contains(Change.put(pair))) {
                return false;
            }
        }
        Map<String, Change> lastOfKey = new HashMap<>();
        changes.forEach(change -> lastOfKey.put(change.key(), change));
        for (Change change : lastOfKey.values()) {
            Map.Entry<Long, Long> next =
                    seen.containsKey(change.key()) ? seen.get(change.key()).ceilingEntry(revision) : null;
            if (next == null || next.getValue() == 0) {
                continue;
            }
            boolean stillOlder = next.getValue() < revision;
            boolean madeThen = next.getValue() == revision;
            if (stillOlder || (madeThen && change.deleted())) {
                return false;
            }
        }
        return true;
    }

    private void addKeys(List<Step> steps) {
        for (Step step : steps) {
            switch (step) {
                case Step.Put put -> keys.add(put.key());
                case Step.Delete delete -> keys.add(delete.keys().first());
                case Step.Get get -> keys.add(get.keys().first());
            }
        }
    }

    private void look(Request request, Answer answer) {
        // A request that made a revision saw the one before.
        long revision = answer.changed(request) ? answer.revision() - 1 : answer.revision();
        Set<String> own = new HashSet<>();
        List<Step> steps = request.steps(answer.guardsHeld());
        for (int i = 0; i < steps.size() && i < answer.found().size(); i++) {
            List<Pair> found = answer.found().get(i);
            switch (steps.get(i)) {
                case Step.Put put -> {
                    see(revision, Keys.one(put.key()), found, own);
                    own.add(put.key());
                }
                case Step.Delete delete -> {
                    see(revision, delete.keys(), found, own);
                    found.forEach(pair -> own.add(pair.key()));
                }
                case Step.Get get -> see(revision, get.keys(), found, own);
            }
        }
    }

    private void see(long revision, Keys range, List<Pair> found, Set<String> own) {
        Set<String> absent = new HashSet<>(range.end().isEmpty() ? Set.of(range.first()) : known(range));
        for (Pair pair : found) {
            absent.remove(pair.key());
            if (!own.contains(pair.key())) {
                seen(pair.key()).put(revision, pair.modified());
                made.computeIfAbsent(pair.modified(), r -> new HashSet<>()).add(pair);
            }
        }
        for (String key : absent) {
            if (!own.contains(key)) {
                seen(key).put(revision, 0L);
            }
        }
    }

    private Set<String> known(Keys range) {
        return range.first().compareTo(range.end()) < 0 ? keys.subSet(range.first(), range.end()) : Set.of();
    }

    private NavigableMap<Long, Long> seen(String key) {
        return seen.computeIfAbsent(key, k -> new TreeMap<>());
    }
}
