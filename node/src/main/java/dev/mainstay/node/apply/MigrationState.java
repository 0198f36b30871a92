package dev.mainstay.node.apply;

import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Revision;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A migration, as the cluster agreed on it. On disk: format (1 byte, now 1), phase (1), id (8), source (8), snapshot's revision (8), its
 * compact revision (8), parts (8), main (8) and sub (4) of the last version.
 *
 * @param id 0 if there never was any
 * @param source the id of the cluster that is left
 * @param snapshotRevision that of the snapshot
 * @param compactRevision what the snapshot was compacted to, -1 if nothing ever was
 * @param parts how many parts of the snapshot are loaded
 * @param last the last version that was loaded
 */
public record MigrationState(
        long id, Phase phase, long source, long snapshotRevision, long compactRevision, long parts, Revision last) {

    static final MigrationState NONE = new MigrationState(0, Phase.NONE, 0, 0, 0, 0, new Revision(0, 0));

    private static final byte FORMAT = 1;
    private static final int BYTES = 2 + 6 * Long.BYTES + Integer.BYTES;

    /** How far it is. */
    public enum Phase {
        /** There never was any. */
        NONE(0),
        /** The snapshot is being loaded: nothing here can be read yet. */
        LOADING(1),
        /** What is here is what the source was at some revision: it can be read. */
        FOLLOWING(2),
        /** The source is left. */
        FINISHED(3),
        /** It was given up: nothing here is of any use. */
        ABORTED(4);

        private final byte code;

        Phase(int code) {
            this.code = (byte) code;
        }

        /** How metrics tell it. */
        public int number() {
            return code;
        }

        private static Phase of(byte code) {
            for (Phase phase : values()) {
                if (phase.code == code) {
                    return phase;
                }
            }
            throw new IllegalStateException("unknown phase of a migration " + code);
        }
    }

    /** Whether clients may change something. */
    public boolean allowsWrites() {
        return phase == Phase.NONE || phase == Phase.FINISHED;
    }

    /** Whether what is here may be shown. */
    public boolean allowsReads() {
        return phase != Phase.LOADING && phase != Phase.ABORTED;
    }

    MigrationState in(Phase next) {
        return new MigrationState(id, next, source, snapshotRevision, compactRevision, parts, last);
    }

    MigrationState with(long newParts, Revision newLast) {
        return new MigrationState(id, phase, source, snapshotRevision, compactRevision, newParts, newLast);
    }

    byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .put(FORMAT)
                .put(phase.code)
                .putLong(id)
                .putLong(source)
                .putLong(snapshotRevision)
                .putLong(compactRevision)
                .putLong(parts)
                .putLong(last.main())
                .putInt(last.sub())
                .array();
    }

    static MigrationState decode(byte @Nullable [] row) {
        if (row == null) {
            return NONE;
        }
        Invariant.check(row.length == BYTES && row[0] == FORMAT, "unknown record of a migration");
        ByteBuffer fields = ByteBuffer.wrap(row, 1, row.length - 1);
        Phase phase = Phase.of(fields.get());
        return new MigrationState(
                fields.getLong(),
                phase,
                fields.getLong(),
                fields.getLong(),
                fields.getLong(),
                fields.getLong(),
                new Revision(fields.getLong(), fields.getInt()));
    }
}
