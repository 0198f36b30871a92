package dev.mainstay.e2e.linear;

import java.util.List;
import java.util.NavigableMap;

/** What came out of a check. */
public sealed interface Verdict {
    /**
     * The history is one the model can have.
     *
     * @param changes by revision, in one order of the operations that explains everything
     * @param pending operations of unknown fate that this order does without, and that may still happen
     */
    record Linearizable(NavigableMap<Long, List<Change>> changes, List<Operation> pending) implements Verdict {
        /** Copies the list. */
        public Linearizable {
            pending = List.copyOf(pending);
        }
    }

    /** No order of the operations explains the history; the reason is where the attempt that got furthest ended. */
    record Violation(String reason) implements Verdict {}

    /** There were too many possibilities to try them all. */
    record Undecided(String reason) implements Verdict {}
}
