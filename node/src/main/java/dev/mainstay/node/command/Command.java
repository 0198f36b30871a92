package dev.mainstay.node.command;

import dev.mainstay.node.common.Alarm;

/**
 * One replicated change. A command carries everything that applying it needs: apply looks at nothing but the replicated
 * state and the command.
 */
public sealed interface Command permits Operation.Put, Operation.DeleteRange, Operation.Txn, Command.Other {

    /** The commands that are not steps of a transaction. */
    sealed interface Other extends Command {}

    /** Makes revisions below {@code revision} unreadable and their superseded versions removable. */
    record Compact(long revision) implements Other {}

    /**
     * Creates a lease.
     *
     * @param id chosen by the proposer, never 0
     * @param ttlSeconds the effective TTL, already raised to the minimum
     */
    record GrantLease(long id, long ttlSeconds) implements Other {}

    /** Ends a lease at a client's word and deletes its keys. */
    record RevokeLease(long id) implements Other {}

    /**
     * Ends a lease whose time is over, unless it was renewed since the leader looked.
     *
     * @param deadlineMillis the replicated deadline the leader saw, in cluster elapsed time
     */
    record ExpireLease(long id, long deadlineMillis) implements Other {}

    /** Moves the replicated deadline of a lease, in cluster elapsed time; never backwards. */
    record RenewLease(long id, long deadlineMillis) implements Other {}

    /** Raises or clears an alarm. */
    record SetAlarm(Alarm alarm, boolean active) implements Other {}

    /** Carries nothing but the entry's clock. */
    record Tick() implements Other {}
}
