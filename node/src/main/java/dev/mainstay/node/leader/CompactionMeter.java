package dev.mainstay.node.leader;

import java.util.function.BooleanSupplier;

/** Hears of the steps in which compaction removes what can't be read any more. Compaction's thread; must not wait. */
public interface CompactionMeter {

    /** Measures nothing. */
    CompactionMeter NONE = BooleanSupplier::getAsBoolean;

    /**
     * Takes a step and returns what it says.
     *
     * @param step does a bounded piece of the work and says whether there is more
     */
    boolean take(BooleanSupplier step);
}
