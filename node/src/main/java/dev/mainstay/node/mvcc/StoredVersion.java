package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.Invariant;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Revision;
import dev.mainstay.node.storage.Entry;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One version of a key as the kv table holds it; a tombstone has nothing but its key and revision.
 *
 * <p>Value of the table: format (1 byte, now 1), flags (1), then unless it is a tombstone create revision (8), version
 * (8), lease (8, only with its flag), value.
 */
record StoredVersion(
        Bytes key, Revision revision, boolean tombstone, long createRevision, long version, long lease, Bytes value) {

    /** So many first bytes of a table value hold all but the value itself. */
    static final int HEAD_BYTES = 26;

    private static final byte FORMAT = 1;
    private static final int TOMBSTONE = 1;
    private static final int LEASED = 2;

    static StoredVersion live(Bytes key, Revision revision, long create, long version, long lease, Bytes value) {
        return new StoredVersion(key, revision, false, create, version, lease, value);
    }

    static StoredVersion tombstone(Bytes key, Revision revision) {
        return new StoredVersion(key, revision, true, 0, 0, 0, Bytes.EMPTY);
    }

    static StoredVersion decode(Entry entry) {
        return decode(entry.key(), entry.value());
    }

    /** {@code stored} may be cut after {@link #HEAD_BYTES}; then the value is not to be looked at. */
    static StoredVersion decode(byte[] key, byte[] stored) {
        return decode(KvKey.key(key), KvKey.revision(key), stored);
    }

    static StoredVersion decode(Bytes key, Revision revision, byte[] stored) {
        if (isTombstone(stored)) {
            return tombstone(key, revision);
        }
        ByteBuffer from = ByteBuffer.wrap(stored, 2, stored.length - 2);
        long create = from.getLong();
        long version = from.getLong();
        long lease = (stored[1] & LEASED) != 0 ? from.getLong() : 0;
        return live(
                key,
                revision,
                create,
                version,
                lease,
                Bytes.wrap(Arrays.copyOfRange(stored, from.position(), stored.length)));
    }

    static boolean isTombstone(byte[] stored) {
        Invariant.check(stored.length >= 2 && stored[0] == FORMAT, "a version has an unknown format");
        return (stored[1] & TOMBSTONE) != 0;
    }

    byte[] encode() {
        if (tombstone) {
            return new byte[] {FORMAT, TOMBSTONE};
        }
        ByteBuffer to = ByteBuffer.allocate(2 + 16 + (lease != 0 ? 8 : 0) + value.length());
        to.put(FORMAT).put((byte) (lease != 0 ? LEASED : 0));
        to.putLong(createRevision).putLong(version);
        if (lease != 0) {
            to.putLong(lease);
        }
        return to.put(value.array()).array();
    }

    KeyValue toKeyValue() {
        return new KeyValue(key, createRevision, revision.main(), version, value, lease);
    }

    KeyValue toKeyOnly() {
        return new KeyValue(key, createRevision, revision.main(), version, Bytes.EMPTY, lease);
    }
}
