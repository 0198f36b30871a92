package dev.mainstay.node.leader;

import dev.mainstay.node.common.ErrorCode;

/** What became of a client's wish to keep a lease alive. */
public sealed interface KeepAlive {

    /** The lease lives for another TTL. */
    record Renewed(long ttlSeconds) implements KeepAlive {}

    /** There is no such lease, or not any more; clients are told a TTL of 0. */
    record Gone() implements KeepAlive {}

    /** Nobody can tell: NO_LEADER when this member doesn't lead, or what became of the proposal. */
    record Failed(ErrorCode code) implements KeepAlive {}
}
