package dev.mainstay.node.simulation;

/** A fault built in on purpose, to see that the simulation finds it. */
enum Flaw {
    /** Everything is as it is in production. */
    NONE,
    /** Batches come to the state without their names: one that was sent twice counts twice. */
    FORGETS_BATCHES,
    /** A leader answers a read-index round without asking the others whether it still leads. */
    UNCONFIRMED_READS,
    /** A member reads at once, without a round. */
    LOCAL_READS,
    /** An entry counts as committed once its leader has it. */
    COMMITS_ALONE,
    /** A restarted member takes up the log where it had applied it, not where its store ends. */
    SKIPS_REPLAY,
    /** Renewals are acknowledged and not logged. */
    UNLOGGED_RENEWALS,
    /** That a lease isn't there is told without asking whether this member's leader still leads. */
    UNSURE_OF_LEASES,
    /** A new leader's clock is ahead of the log's. */
    HASTY_CLOCK,
    /** What has waited too long isn't answered. */
    NEVER_SWEEPS,
    /** A call that the network lost never ends. */
    ENDLESS_CALLS,
    /** Every member is taken for one that is up. */
    TRUSTING_PROBE,
    /** A member that was removed is told to nobody but the record. */
    KEEPS_REMOVED,
}
