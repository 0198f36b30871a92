package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.Revision;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the history.
 *
 * <p>Value of the table: format (1 byte, now 1), kind (1), revision of the predecessor (main 8, sub 4; 0 for none), key.
 *
 * @param predecessor the version that this change supersedes and that goes when this one is compacted; for a creation
 *     that is a tombstone of the same main revision, or none
 */
record Change(Revision revision, Kind kind, @Nullable Revision predecessor, Bytes key) {

    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 14;

    /** What a change does to its key. */
    enum Kind {
        CREATE(0, 1),
        UPDATE(1, 0),
        DELETE(2, -1),

        /** A revision of which nothing is known any more but that there was one; its key is empty. */
        GAP(3, 0);

        private final byte number;
        private final int keys;

        Kind(int number, int keys) {
            this.number = (byte) number;
            this.keys = keys;
        }

        int keys() {
            return keys;
        }

        static Kind of(byte number) {
            return switch (number) {
                case 0 -> CREATE;
                case 1 -> UPDATE;
                case 2 -> DELETE;
                case 3 -> GAP;
                default -> throw new IllegalStateException("invariant broken: unknown kind of change " + number);
            };
        }
    }

    /**
     * What it does to the number of keys. Of versions that were loaded after a compaction the first of a key may be none that
     * creates it, and a deletion may have nothing left to delete.
     */
    int keys() {
        return switch (kind) {
            case CREATE, GAP -> kind.keys();
            case UPDATE -> predecessor == null ? Kind.CREATE.keys() : kind.keys();
            case DELETE -> predecessor == null ? 0 : kind.keys();
        };
    }

    static byte[] tableKey(long main, int sub) {
        return ByteBuffer.allocate(12).putLong(main).putInt(sub).array();
    }

    static Revision revision(byte[] tableKey) {
        ByteBuffer from = ByteBuffer.wrap(tableKey);
        return new Revision(from.getLong(), from.getInt());
    }

    static Change decode(byte[] tableKey, byte[] stored) {
        Invariant.check(stored.length >= HEAD_BYTES && stored[0] == FORMAT, "a change has an unknown format");
        ByteBuffer from = ByteBuffer.wrap(stored, 2, 12);
        Revision predecessor = new Revision(from.getLong(), from.getInt());
        return new Change(
                revision(tableKey),
                Kind.of(stored[1]),
                predecessor.main() == 0 ? null : predecessor,
                Bytes.wrap(Arrays.copyOfRange(stored, HEAD_BYTES, stored.length)));
    }

    byte[] tableKey() {
        return tableKey(revision.main(), revision.sub());
    }

    byte[] encode() {
        return ByteBuffer.allocate(HEAD_BYTES + key.length())
                .put(FORMAT)
                .put(kind.number)
                .putLong(predecessor == null ? 0 : predecessor.main())
                .putInt(predecessor == null ? 0 : predecessor.sub())
                .put(key.array())
                .array();
    }
}
