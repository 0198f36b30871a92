package dev.mainstay.node.apply;

import dev.mainstay.node.command.BatchOrigin;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Store;
import dev.mainstay.node.storage.StoreTransaction;
import dev.mainstay.node.storage.Table;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Which batches of each member the log has brought already: a batch that its origin sent again, since it didn't learn what
 * became of it, counts once. Of each member only its newest session is known; what an earlier one left in the network
 * comes too late, since nobody waits for it any more.
 *
 * <p>Apply thread only.
 *
 * <pre>
 * origin  member id → format, session, floor, the {@value #WINDOW} batches above the floor as bits
 * </pre>
 *
 * All batches up to the floor are taken as applied. An origin never has a batch under way that is {@value #WINDOW} or more
 * behind its newest.
 */
final class AppliedBatches {

    /** One row per member that ever sent a batch. */
    static final Table TABLE = new Table("origin");

    /** How far apart two batches of one member may be under way. */
    static final int WINDOW = Long.SIZE;

    private static final byte FORMAT = 1;
    private static final int BYTES = 1 + 3 * Long.BYTES;

    private final Map<Long, Seen> members = new HashMap<>();

    private record Seen(long session, long floor, long above) {

        /** The same with one more batch. */
        Seen with(long sequence) {
            if (sequence <= floor) {
                return this;
            }
            long distance = sequence - floor - 1;
            if (distance < WINDOW) {
                return new Seen(session, floor, above | 1L << distance).raised();
            }
            long shift = distance - WINDOW + 1;
            long kept = shift < WINDOW ? above >>> shift : 0;
            return new Seen(session, floor + shift, kept | 1L << (WINDOW - 1)).raised();
        }

        boolean holds(long sequence) {
            long distance = sequence - floor - 1;
            return sequence <= floor || (distance < WINDOW && (above >>> distance & 1) == 1);
        }

        private Seen raised() {
            int run = Long.numberOfTrailingZeros(~above);
            return run == 0 ? this : new Seen(session, floor + run, run == WINDOW ? 0 : above >>> run);
        }
    }

    private AppliedBatches() {}

    static AppliedBatches open(Store store) {
        AppliedBatches batches = new AppliedBatches();
        try (Cursor rows = store.cursor(TABLE, null, null)) {
            for (rows.seek(new byte[0]); rows.isValid(); rows.next()) {
                byte[] row = rows.value();
                Invariant.check(row.length == BYTES && row[0] == FORMAT, "unknown record of a member's batches");
                ByteBuffer fields = ByteBuffer.wrap(row, 1, BYTES - 1);
                batches.members.put(
                        ByteBuffer.wrap(rows.key()).getLong(),
                        new Seen(fields.getLong(), fields.getLong(), fields.getLong()));
            }
        }
        return batches;
    }

    /** Notes a batch; whether it is to be applied. */
    boolean isFirst(StoreTransaction changes, BatchOrigin origin) {
        if (origin.isNone()) {
            return true;
        }
        Seen seen = members.get(origin.memberId());
        if (seen == null || seen.session < origin.session()) {
            seen = new Seen(origin.session(), 0, 0);
        } else if (seen.session > origin.session() || seen.holds(origin.sequence())) {
            return false;
        }
        Seen now = seen.with(origin.sequence());
        members.put(origin.memberId(), now);
        changes.put(
                TABLE,
                ByteBuffer.allocate(Long.BYTES).putLong(origin.memberId()).array(),
                ByteBuffer.allocate(BYTES)
                        .put(FORMAT)
                        .putLong(now.session)
                        .putLong(now.floor)
                        .putLong(now.above)
                        .array());
        return true;
    }
}
