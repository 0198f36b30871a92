package dev.mainstay.e2e.linear;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Wing and Gong's search as plain as it can be, with Lowe's memory but without any knowledge of revisions: what the real
 * checker must agree with. For a few operations only.
 */
final class PlainSearch {
    private final List<Operation> operations;
    private final Set<Configuration> hopeless = new HashSet<>();
    private final Store store;
    private final BitSet done = new BitSet();

    private PlainSearch(long revision, List<Operation> operations) {
        this.operations = operations;
        store = new Store(revision, List.of());
    }

    static boolean linearizable(long revision, List<Operation> operations) {
        return new PlainSearch(revision, operations).search();
    }

    private boolean search() {
        long firstAnswer = Operation.NEVER;
        boolean allAnsweredDone = true;
        for (int i = 0; i < operations.size(); i++) {
            if (!done.get(i) && operations.get(i).answer() != null) {
                allAnsweredDone = false;
                firstAnswer = Math.min(firstAnswer, operations.get(i).answered());
            }
        }
        if (allAnsweredDone) {
            return true;
        }
        Configuration here = new Configuration((BitSet) done.clone(), store.revision(), store.contents());
        if (hopeless.contains(here)) {
            return false;
        }
        for (int i = 0; i < operations.size(); i++) {
            if (!done.get(i) && operations.get(i).asked() <= firstAnswer && next(i)) {
                return true;
            }
        }
        hopeless.add(here);
        return false;
    }

    private boolean next(int i) {
        Operation operation = operations.get(i);
        Store.Effect effect = store.tryOut(operation.request());
        if (operation.answer() != null && !operation.answer().equals(effect.answer())) {
            return false;
        }
        done.set(i);
        boolean changes = !effect.changes().isEmpty();
        Map<String, @Nullable Pair> before = changes ? store.apply(effect.changes()) : Map.of();
        boolean found = search();
        done.clear(i);
        if (changes) {
            store.undo(before);
        }
        return found;
    }

    private record Configuration(BitSet done, long revision, Map<String, Pair> contents) {}
}
