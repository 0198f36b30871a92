package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.ErrorCode;

/** The answer to a request for a hash of the keys. */
public sealed interface HashRead {

    /**
     * A hash that is equal on members with equal data, revision and compact revision, however far each has got with
     * removing what was compacted.
     *
     * @param currentRevision the newest revision when the hash was made, for the response header
     */
    record Hashed(int hash, long hashRevision, long compactRevision, long currentRevision) implements HashRead {}

    /** COMPACTED, FUTURE_REVISION, or STOPPED when it was given up. */
    record Refused(ErrorCode code) implements HashRead {}
}
