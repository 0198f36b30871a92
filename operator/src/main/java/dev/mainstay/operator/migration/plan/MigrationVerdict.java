package dev.mainstay.operator.migration.plan;

/**
 * How a cluster is about its migration.
 *
 * @param done whether it holds what its source held, and is its own
 * @param reason one word in CamelCase
 * @param message a sentence
 */
public record MigrationVerdict(boolean done, String reason, String message) {

    /** Type of the condition that says this. */
    public static final String CONDITION = "Migrated";
}
