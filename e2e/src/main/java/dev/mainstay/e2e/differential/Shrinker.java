package dev.mainstay.e2e.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Takes steps out of a failing sequence as long as it keeps failing: first everything but a short tail, then ever smaller
 * pieces from anywhere. Each trial needs fresh servers, so there is a limit on time, and the best so far counts.
 *
 * @param <S> the steps
 */
public final class Shrinker<S> {
    private static final int[] TAILS = {25, 100, 400, 1_600};

    private final Predicate<List<S>> fails;
    private final long deadlineNanos;

    /**
     * Prepares to shrink.
     *
     * @param fails plays a sequence on fresh servers and says whether they still differ
     * @param limit when to stop
     */
    public Shrinker(Predicate<List<S>> fails, Duration limit) {
        this.fails = fails;
        this.deadlineNanos = System.nanoTime() + limit.toNanos();
    }

    /** The shortest failing sequence found. */
    public List<S> shrink(List<S> failing) {
        return withoutPieces(shortestTail(failing));
    }

    private List<S> shortestTail(List<S> failing) {
        for (int length : TAILS) {
            if (length < failing.size()) {
                List<S> tail = failing.subList(failing.size() - length, failing.size());
                if (stillFails(tail)) {
                    return tail;
                }
            }
        }
        return failing;
    }

    private List<S> withoutPieces(List<S> failing) {
        List<S> best = failing;
        int piece = Math.max(1, best.size() / 2);
        while (true) {
            boolean shorter = false;
            // From the front: the last step is the one that showed the difference.
            for (int from = 0; from < best.size() && best.size() > 1; ) {
                List<S> trial = new ArrayList<>(best.subList(0, from));
                trial.addAll(best.subList(Math.min(from + piece, best.size()), best.size()));
                if (!trial.isEmpty() && stillFails(trial)) {
                    best = trial;
                    shorter = true;
                } else {
                    from += piece;
                }
                if (System.nanoTime() > deadlineNanos) {
                    return best;
                }
            }
            if (piece == 1 && !shorter) {
                return best;
            }
            piece = Math.max(1, piece / 2);
        }
    }

    private boolean stillFails(List<S> trial) {
        return System.nanoTime() < deadlineNanos && fails.test(trial);
    }
}
