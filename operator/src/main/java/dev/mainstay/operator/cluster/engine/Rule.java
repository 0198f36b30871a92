package dev.mainstay.operator.cluster.engine;

import org.jspecify.annotations.Nullable;

/** One reason to act. Looks at the situation only; the same situation gives the same answer. */
interface Rule {

    /** What to do, or null if this rule has nothing to say. */
    @Nullable
    Decision consider(Situation situation);
}
