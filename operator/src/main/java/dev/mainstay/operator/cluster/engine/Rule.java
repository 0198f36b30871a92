package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/** One reason to act. Looks at the situation only; the same situation gives the same answer. */
interface Rule {

    /** What to do, or null if this rule has nothing to say. */
    @Nullable
    Decision consider(Situation situation);

    /** What it looks for, for people: part of a sentence. */
    default String guard() {
        return "";
    }

    /** Why it does nothing though what it looks for is there, asked when it has nothing to say; null if that isn't there. */
    default @Nullable String heldBack(Situation situation) {
        return null;
    }

    /** What it is called in explanations. */
    default String name() {
        return getClass().getSimpleName().replaceFirst("Rule$", "");
    }
}
