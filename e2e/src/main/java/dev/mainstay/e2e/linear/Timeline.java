package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The answered operations in the order their revisions put them: each revision's writer, then who saw it. */
final class Timeline {
    private final Map<Long, Operation> writers = new HashMap<>();
    private final Map<Long, List<Operation>> readers = new HashMap<>();
    /** By revision, the earliest time of an answer that tells of this revision or a later one. */
    private final NavigableMap<Long, Long> firstAnswers = new TreeMap<>();

    private final long last;
    private final String disorder;

    Timeline(long first, List<Operation> operations, NavigableMap<Long, List<Change>> watched) {
        List<Operation> answered = operations.stream()
                .filter(operation -> operation.answer() != null)
                .sorted(Comparator.comparingLong(Timeline::revision)
                        .thenComparing(operation -> !changed(operation))
                        .thenComparingLong(Operation::asked))
                .toList();
        long highest = answered.isEmpty() ? first : Math.max(first, revision(answered.getLast()));
        last = watched.isEmpty() ? highest : Math.max(highest, watched.lastKey());
        disorder = arrange(first, answered);
        for (Operation operation : answered.reversed()) {
            Long later = firstAnswers.isEmpty()
                    ? Operation.NEVER
                    : firstAnswers.firstEntry().getValue();
            firstAnswers.put(revision(operation), Math.min(later, operation.answered()));
        }
    }

    /** Why the revisions alone, whatever they hold, can't be those of one store; empty if they can. */
    String disorder() {
        return disorder;
    }

    /** The highest revision anybody knows of. */
    long last() {
        return last;
    }

    /** The operation that was told to have made this revision. */
    @Nullable
    Operation writer(long revision) {
        return writers.get(revision);
    }

    /** The operations that saw this revision and changed nothing. */
    List<Operation> readers(long revision) {
        return readers.getOrDefault(revision, List.of());
    }

    /** When somebody was first told of this revision or a later one: whoever made it had been asked by then. */
    long firstAnswerFrom(long revision) {
        Map.Entry<Long, Long> first = firstAnswers.ceilingEntry(revision);
        return first == null ? Operation.NEVER : first.getValue();
    }

    private String arrange(long first, List<Operation> answered) {
        Operation latestAsked = null;
        for (Operation operation : answered) {
            long revision = revision(operation);
            if (revision < first || (revision == first && changed(operation))) {
                return "revision " + revision + " isn't after " + first + ", where this began: " + operation;
            }
            if (latestAsked != null && operation.answered() < latestAsked.asked()) {
                return "revision " + revision + " comes after one whose operation was asked for only later: "
                        + latestAsked + " came before " + operation;
            }
            // Who may be answered from a past state doesn't move the others on.
            if (!operation.request().serializable()
                    && (latestAsked == null || operation.asked() > latestAsked.asked())) {
                latestAsked = operation;
            }
            if (!changed(operation)) {
                readers.computeIfAbsent(revision, r -> new ArrayList<>()).add(operation);
            } else {
                Operation other = writers.put(revision, operation);
                if (other != null) {
                    return "revision " + revision + " was given to " + other + " and to " + operation;
                }
            }
        }
        return "";
    }

    private static boolean changed(Operation operation) {
        return answer(operation).changed(operation.request());
    }

    private static long revision(Operation operation) {
        return answer(operation).revision();
    }

    private static Answer answer(Operation operation) {
        return Objects.requireNonNull(operation.answer(), "only answered operations are here");
    }
}
