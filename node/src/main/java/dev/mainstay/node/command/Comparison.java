package dev.mainstay.node.command;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;

/**
 * One condition of a transaction.
 *
 * @param number what VERSION, CREATE, MOD and LEASE compare with; 0 when the client set another arm
 * @param value what VALUE compares with; empty when the client set another arm
 */
public record Comparison(KeyRange range, Target target, Result result, long number, Bytes value) {

    /** The field compared. */
    public enum Target {
        VERSION,
        CREATE,
        MOD,
        VALUE,
        LEASE
    }

    /** How the stored field must stand to the given one. */
    public enum Result {
        EQUAL,
        GREATER,
        LESS,
        NOT_EQUAL
    }
}
