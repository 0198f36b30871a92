package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.storage.Cursor;
import dev.mainstay.node.storage.Entry;
import dev.mainstay.node.storage.StoreView;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The plain reads of the kv table, of a store or of a transaction over it. */
final class KvReads {

    private KvReads() {}

    /** The newest version of a key at or below a revision, which may be a tombstone. Hot: every get and put. */
    static @Nullable StoredVersion newest(StoreView view, Bytes key, long revision) {
        Entry entry = view.first(Schema.KV, KvKey.newestAt(key, revision), KvKey.after(key));
        return entry == null ? null : StoredVersion.decode(entry);
    }

    /** The key as it is at a revision; {@code null} if it doesn't exist then. */
    static @Nullable KeyValue find(StoreView view, Bytes key, long revision) {
        StoredVersion version = newest(view, key, revision);
        return version == null || version.tombstone() ? null : version.toKeyValue();
    }

    static void scan(StoreView view, KeyRange range, long revision, Predicate<StoredVersion> visitor) {
        try (Cursor cursor = cursor(view, range)) {
            LiveKeys keys = new LiveKeys(cursor, range, revision);
            while (keys.next() && visitor.test(keys.version())) {
                // the visitor does the work
            }
        }
    }

    static Cursor cursor(StoreView view, KeyRange range) {
        return view.cursor(Schema.KV, KvKey.before(range.from()), range.to() == null ? null : KvKey.before(range.to()));
    }
}
