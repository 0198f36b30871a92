package dev.mainstay.node.apply;

import dev.mainstay.node.command.LogPosition;
import dev.mainstay.node.common.Invariant;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far the log has been applied and what time it was then; one row, written with every entry.
 *
 * @param clockMillis cluster elapsed time
 */
record AppliedState(LogPosition position, long clockMillis) {

    private static final byte FORMAT = 1;
    private static final int BYTES = 1 + 3 * Long.BYTES;

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .put(FORMAT)
                .putLong(position.term())
                .putLong(position.index())
                .putLong(clockMillis)
                .array();
    }

    /** The state of a row; without one, that of before the first entry. */
    static AppliedState decode(byte @Nullable [] row) {
        if (row == null) {
            return new AppliedState(LogPosition.NONE, 0);
        }
        Invariant.check(row.length == BYTES && row[0] == FORMAT, "unknown record of the applied position");
        ByteBuffer fields = ByteBuffer.wrap(row, 1, BYTES - 1);
        return new AppliedState(new LogPosition(fields.getLong(), fields.getLong()), fields.getLong());
    }
}
