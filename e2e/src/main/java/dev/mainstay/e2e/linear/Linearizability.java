package dev.mainstay.e2e.linear;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history is linearizable: whether there is one order of the operations that keeps to real time (an
 * operation answered before another was asked comes before it) and in which the {@link Store} gives every answer that was
 * given, revisions included. Operations whose fate isn't known may be anywhere after they were asked, or nowhere.
 *
 * <p>The method is Wing and Gong's search for such an order (J. M. Wing, C. Gong: Testing and Verifying Concurrent Objects,
 * Journal of Parallel and Distributed Computing 17, 1993) with Lowe's memory of configurations that led nowhere (G. Lowe:
 * Testing for Linearizability, Concurrency and Computation: Practice and Experience 29, 2017), as in A. Athalye's Porcupine.
 * Revisions make it fast: an answer tells the state its operation saw or made, so all answered operations are in order from
 * the start, and only a revision that nobody was told to have made leaves a choice, among the operations of unknown fate.
 * Nothing is lost by that, since every order that explains the answers has every answered operation in that place:
 *
 * <pre>
 *   revision    5        6               7                8
 *   changed by  c1 put   c3 txn          nobody knows     c2 delete
 *   then seen   c2 get   c1 get, c2 get                   c1 range
 *                                        └ one of the lost operations asked before the first answer from 7 on came
 * </pre>
 *
 * A choice is narrowed to candidates that fit what later answers say of the same keys. This is where keys are looked at
 * one by one; otherwise they can't be, as revisions are counted over all of them.
 *
 * <p>One thread.
 */
public final class Linearizability {
    /** How many candidates are tried before giving up. */
    private static final long MOST_TRIES = 2_000_000;

    private final Store store;
    private final Timeline timeline;
    private final Sightings sightings;
    private final List<Operation> lost;
    private final NavigableMap<Long, List<Change>> watched;

    private final BitSet used = new BitSet();
    private final Deque<Move> done = new ArrayDeque<>();
    private final Set<Configuration> hopeless = new HashSet<>();
    private long tries;
    private long furthest = -1;
    private String furthestReason = "";

    private Linearizability(
            long revision,
            Collection<Pair> initial,
            List<Operation> operations,
            NavigableMap<Long, List<Change>> watched) {
        store = new Store(revision, initial);
        timeline = new Timeline(revision, operations, watched);
        sightings = new Sightings(operations);
        lost = operations.stream()
                .filter(operation -> operation.answer() == null)
                .filter(operation -> operation.request().mayChange())
                .toList();
        this.watched = watched;
    }

    /**
     * Checks a history.
     *
     * @param revision before the first operation
     * @param initial the pairs there were then
     * @param operations in any order
     * @param watched changes known from watches, by revision; the order must make these, too. A revision that isn't there
     *     may be anything
     */
    public static Verdict check(
            long revision,
            Collection<Pair> initial,
            List<Operation> operations,
            NavigableMap<Long, List<Change>> watched) {
        return new Linearizability(revision, initial, operations, watched).search();
    }

    /** Checks a history that began with an empty store at this revision. */
    public static Verdict check(long revision, List<Operation> operations) {
        return check(revision, List.of(), operations, new TreeMap<>());
    }

    private Verdict search() {
        String disorder = timeline.disorder();
        if (!disorder.isEmpty()) {
            return new Verdict.Violation(disorder);
        }
        String wrong = wrongReader();
        if (!wrong.isEmpty()) {
            return new Verdict.Violation(wrong);
        }
        while (store.revision() < timeline.last()) {
            if (!advance() && !backtrack()) {
                return tries > MOST_TRIES
                        ? new Verdict.Undecided(
                                "more than " + MOST_TRIES + " possibilities, up to revision " + furthest)
                        : new Verdict.Violation(furthestReason);
            }
        }
        NavigableMap<Long, List<Change>> changes = new TreeMap<>();
        done.forEach(move -> changes.put(move.revision, move.changes));
        List<Operation> pending = IntStream.range(0, lost.size())
                .filter(i -> !used.get(i))
                .mapToObj(lost::get)
                .toList();
        return new Verdict.Linearizable(changes, pending);
    }

    /** Makes the next revision; false if that can't be done. */
    private boolean advance() {
        long next = store.revision() + 1;
        Operation writer = timeline.writer(next);
        if (writer == null) {
            return choose(new Move(next, candidates(next)));
        }
        Store.Effect effect = store.tryOut(writer.request());
        if (!effect.answer().equals(writer.answer())) {
            return stuck(next, "should have been answered " + effect.answer() + ": " + writer);
        }
        return make(new Move(next, List.of()), effect.changes());
    }

    /** Goes on with the next candidate of a move that is on top of the store. */
    private boolean choose(Move move) {
        if (move.configuration != null && hopeless.contains(move.configuration)) {
            return false;
        }
        while (move.nextCandidate < move.candidates.size() && tries <= MOST_TRIES) {
            int candidate = move.candidates.get(move.nextCandidate++);
            tries++;
            used.set(candidate);
            move.candidate = candidate;
            if (make(move, store.tryOut(lost.get(candidate).request()).changes())) {
                return true;
            }
            used.clear(candidate);
        }
        if (move.configuration != null && tries <= MOST_TRIES) {
            hopeless.add(move.configuration);
        }
        return move.candidates.isEmpty() && stuck(move.revision, "was made by no operation that is known");
    }

    private boolean make(Move move, List<Change> changes) {
        List<Change> seen = watched.get(move.revision);
        if (seen != null && !seen.equals(changes)) {
            return stuck(move.revision, "was seen by watches as " + seen + ", not " + changes);
        }
        move.changes = changes;
        move.before = store.apply(changes);
        String wrong = wrongReader();
        if (!wrong.isEmpty()) {
            store.undo(move.before);
            return stuck(move.revision, wrong);
        }
        done.addLast(move);
        return true;
    }

    /** Goes back to the last choice and takes another one; false if there is none left. */
    private boolean backtrack() {
        while (!done.isEmpty() && tries <= MOST_TRIES) {
            Move move = done.removeLast();
            store.undo(move.before);
            if (move.candidate >= 0) {
                used.clear(move.candidate);
                if (choose(move)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Lost operations that may have made this revision. */
    private List<Integer> candidates(long next) {
        long latest = timeline.firstAnswerFrom(next);
        List<Integer> candidates = new ArrayList<>();
        // Of equal ones any will do: one that isn't too late now isn't too late for a later revision either.
        Set<Request> different = new HashSet<>();
        for (int i = 0; i < lost.size(); i++) {
            Operation operation = lost.get(i);
            if (used.get(i) || operation.asked() > latest) {
                continue;
            }
            List<Change> changes = store.tryOut(operation.request()).changes();
            if (!changes.isEmpty() && sightings.allow(next, changes) && different.add(operation.request())) {
                candidates.add(i);
            }
        }
        return candidates;
    }

    /** What is wrong about an operation that saw the store as it is now; empty if nothing is. */
    private String wrongReader() {
        for (Operation reader : timeline.readers(store.revision())) {
            Answer answer = store.tryOut(reader.request()).answer();
            if (!answer.equals(reader.answer())) {
                return "revision " + store.revision() + " should have been seen as " + answer + ": " + reader;
            }
        }
        return "";
    }

    private boolean stuck(long revision, String reason) {
        if (revision > furthest) {
            furthest = revision;
            furthestReason = reason.startsWith("revision ") ? reason : "revision " + revision + " " + reason;
        }
        return false;
    }

    /** One revision on the way, with what is needed to take it back and to try another candidate. */
    private final class Move {
        private final long revision;
        private final List<Integer> candidates;
        /** Only where there is a choice. */
        private final @Nullable Configuration configuration;

        private int nextCandidate;
        private int candidate = -1;
        private List<Change> changes = List.of();
        private Map<String, @Nullable Pair> before = Map.of();

        Move(long revision, List<Integer> candidates) {
            this.revision = revision;
            this.candidates = candidates;
            configuration =
                    candidates.size() < 2 ? null : new Configuration(revision, (BitSet) used.clone(), store.contents());
        }
    }

    /** All that decides whether the rest can be explained: what was done, and what came of it. */
    private record Configuration(long revision, BitSet used, Map<String, Pair> contents) {}
}
