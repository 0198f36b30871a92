package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Whether a watcher saw what was written: every change once, in order, and all of a revision's together. */
public final class WatchCheck {
    private WatchCheck() {}

    /**
     * Compares a watcher's log with the write history.
     *
     * @param changes all changes by revision
     * @param last the revision up to which the watcher must have seen everything; what it saw after that isn't looked at
     * @return what is wrong first; empty if nothing is
     */
    public static Optional<String> check(WatchLog log, NavigableMap<Long, List<Change>> changes, long last) {
        List<Change> expected = new ArrayList<>();
        if (log.first() <= last) {
            changes.subMap(log.first(), true, last, true)
                    .values()
                    .forEach(revision -> revision.stream()
                            .filter(change -> log.keys().contain(change.key()))
                            .forEach(expected::add));
        }
        int position = 0;
        long whole = log.first() - 1;
        for (WatchLog.Message message : log.messages()) {
            for (Change change : message.changes()) {
                if (change.revision() <= whole) {
                    return wrong(
                            log,
                            "revision " + change.revision() + " came in more than one message, or again: " + change);
                }
                if (change.revision() > last) {
                    continue;
                }
                if (position == expected.size() || !expected.get(position).equals(change)) {
                    return wrong(
                            log,
                            "got " + change + " where "
                                    + (position == expected.size() ? "nothing" : expected.get(position))
                                    + " comes next");
                }
                position++;
            }
            if (!message.changes().isEmpty()) {
                whole = message.changes().getLast().revision();
            }
        }
        return position == expected.size()
                ? Optional.empty()
                : wrong(log, "never got " + expected.get(position) + " or anything after it");
    }

    /**
     * The changes of every revision that a watcher of all keys saw, for {@link Linearizability}: as the first message that
     * has any of them tells it.
     */
    public static NavigableMap<Long, List<Change>> seen(WatchLog log) {
        NavigableMap<Long, List<Change>> seen = new TreeMap<>();
        for (WatchLog.Message message : log.messages()) {
            TreeMap<Long, List<Change>> revisions = new TreeMap<>();
            message.changes()
                    .forEach(change -> revisions
                            .computeIfAbsent(change.revision(), r -> new ArrayList<>())
                            .add(change));
            revisions.forEach(seen::putIfAbsent);
        }
        return seen;
    }

    private static Optional<String> wrong(WatchLog log, String what) {
        return Optional.of(log.name() + ": " + what);
    }
}
