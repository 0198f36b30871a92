package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.storage.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Walks the keys of a range that exist at a revision, over a cursor of the kv table that the caller keeps and closes.
 * Hot: every range goes through here. Owned by one thread.
 *
 * <p>Neighbouring versions are stepped over one by one at first, and by a seek when there are many.
 */
final class LiveKeys {

    private static final int STEPS_BEFORE_SEEK = 6;

    private final Cursor cursor;
    private final long revision;
    private final byte[] start;
    private final byte @Nullable [] end;
    private byte @Nullable [] here;

    LiveKeys(Cursor cursor, KeyRange range, long revision) {
        this.cursor = cursor;
        this.revision = revision;
        this.start = KvKey.before(range.from());
        this.end = range.to() == null ? null : KvKey.before(range.to());
    }

    /** Goes to the next key; {@code false} at the end. */
    boolean next() {
        if (here == null) {
            cursor.seek(start);
        } else {
            leave(here);
        }
        while (cursor.isValid()) {
            byte[] at = cursor.key();
            if (end != null && java.util.Arrays.compareUnsigned(at, end) >= 0) {
                return false;
            }
            if (!descend(at)) {
                continue;
            }
            here = cursor.key();
            if (!StoredVersion.isTombstone(cursor.valueHead(2))) {
                return true;
            }
            leave(here);
        }
        return false;
    }

    StoredVersion version() {
        return StoredVersion.decode(cursor.key(), cursor.value());
    }

    /** The version here without its value. */
    StoredVersion head() {
        return StoredVersion.decode(cursor.key(), cursor.valueHead(StoredVersion.HEAD_BYTES));
    }

    /** Goes to the newest version of this key that the revision sees; {@code false} if there is none. */
    private boolean descend(byte[] key) {
        byte[] at = key;
        for (int steps = 0; KvKey.main(at) > revision; steps++) {
            if (steps < STEPS_BEFORE_SEEK) {
                cursor.next();
            } else {
                cursor.seek(KvKey.newestAt(key, revision));
            }
            if (!cursor.isValid()) {
                return false;
            }
            at = cursor.key();
            if (!KvKey.sameKey(at, key)) {
                return false;
            }
        }
        return true;
    }

    /** Goes past all versions of a key. */
    private void leave(byte[] key) {
        for (int steps = 0; steps < STEPS_BEFORE_SEEK; steps++) {
            cursor.next();
            if (!cursor.isValid() || !KvKey.sameKey(cursor.key(), key)) {
                return;
            }
        }
        cursor.seek(KvKey.after(key));
    }
}
