package dev.mainstay.operator.migration.plan;

/**
 * How a cluster is about its migration.
 *
 * @param done whether it holds what its source held, and is its own
 * @param usable whether clients may use it
 * @param reason one word in CamelCase
 * @param message a sentence
 */
public record MigrationVerdict(boolean done, boolean usable, String reason, String message) {

    /** Of one that clients may use once it is done. */
    public MigrationVerdict(boolean done, String reason, String message) {
        this(done, done, reason, message);
    }
}
