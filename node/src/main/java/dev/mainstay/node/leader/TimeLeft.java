package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;

/** How long a lease still lives, as the leader knows it. */
public sealed interface TimeLeft {

    /** Whole seconds, rounded down. */
    record Seconds(long seconds) implements TimeLeft {}

    /** There is no such lease, or not any more. */
    record Gone() implements TimeLeft {}

    /** Nobody can tell: NO_LEADER when this member doesn't lead, TIMEOUT when the leader didn't answer. */
    record Failed(ErrorCode code) implements TimeLeft {}
}
