package dev.mainstay.e2e.linear;

import java.util.List;

/**
 * What a client asked for: a transaction, of which a put, a deletion and a read are the simplest cases.
 *
 * @param guards which must all hold for {@code then} to be done, else it's {@code otherwise}
 * @param serializable whether a read may be answered from a past state
 */
public record Request(List<Guard> guards, List<Step> then, List<Step> otherwise, boolean serializable) {
    /** Copies the lists. */
    public Request {
        guards = List.copyOf(guards);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /** Just these steps, together. */
    public static Request of(Step... steps) {
        return new Request(List.of(), List.of(steps), List.of(), false);
    }

    /** These steps if the guard holds, else a look at its key. */
    public static Request guarded(Guard guard, Step... steps) {
        return new Request(List.of(guard), List.of(steps), List.of(new Step.Get(Keys.one(guard.key()))), false);
    }

    /** A read that may be answered from a past state. */
    public static Request serializable(Keys keys) {
        return new Request(List.of(), List.of(new Step.Get(keys)), List.of(), true);
    }

    /** The steps that are done if the guards do or don't hold. */
    public List<Step> steps(boolean guardsHold) {
        return guardsHold ? then : otherwise;
    }

    /** Whether it can change anything at all. */
    public boolean mayChange() {
        return mayChange(then) || mayChange(otherwise);
    }

    private static boolean mayChange(List<Step> steps) {
        return steps.stream().anyMatch(step -> !(step instanceof Step.Get));
    }
}
