package dev.mainstay.node.apply;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Invariant;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far the log has been applied, what time it was then, and the hash of all that it changed; one row, written with every
 * entry.
 *
 * @param clockMillis cluster elapsed time
 */
record AppliedState(LogPosition position, long clockMillis, StateHash hash) {

    /** Before there were hashes: term, index, clock. */
    private static final byte WITHOUT_HASH = 1;

    private static final int BYTES_WITHOUT_HASH = 1 + 3 * Long.BYTES;

    /** The same, then scheme (1 byte), origin and value of the hash. */
    private static final byte WITH_HASH = 2;

    private static final int BYTES = BYTES_WITHOUT_HASH + 1 + 2 * Long.BYTES;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .put(WITH_HASH)
                .putLong(position.term())
                .putLong(position.index())
                .putLong(clockMillis)
                .put(StateHash.SCHEME)
                .putLong(hash.origin())
                .putLong(hash.value())
                .array();
    }

    /**
     * The state of a row; without one, that of before the first entry. A row without a hash, or with one that was made by
     * other rules, lets the hash begin where it stands.
     */
    static AppliedState decode(byte @Nullable [] row) {
        if (row == null) {
            return new AppliedState(LogPosition.NONE, 0, StateHash.begin(0));
        }
        Invariant.check(
                (row.length == BYTES && row[0] == WITH_HASH)
                        || (row.length == BYTES_WITHOUT_HASH && row[0] == WITHOUT_HASH),
                "unknown record of the applied position");
        ByteBuffer fields = ByteBuffer.wrap(row, 1, row.length - 1);
        var position = new LogPosition(fields.getLong(), fields.getLong());
        long clockMillis = fields.getLong();
        StateHash hash = row[0] == WITH_HASH && fields.get() == StateHash.SCHEME
                ? new StateHash(fields.getLong(), fields.getLong())
                : StateHash.begin(position.index());
        return new AppliedState(position, clockMillis, hash);
    }
}
