package dev.mainstay.operator.migration.plan;

/**
 * What to do next, and what to say.
 *
 * @param act what to do
 * @param says how things are
 */
public record MigrationStep(Act act, MigrationVerdict says) {

    /** What can be done. */
    public enum Act {
        /** Nothing. */
        NONE,
        /** Start the job that follows the source until it is stopped. */
        FOLLOW,
        /** Start the job that leaves the source when it can. */
        LEAVE,
        /** Stop both jobs. */
        STOP,
        /** Take everything away that was only for this. */
        CLEAN
    }
}
