package dev.mainstay.node.mvcc;

import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.common.Revision;

/**
 * One stored version of a key, as it leaves or enters a store whole.
 *
 * @param tombstone whether the key was deleted here; then {@code kv} says only which key and when
 */
public record KeyVersion(Revision revision, boolean tombstone, KeyValue kv) {

    static KeyVersion of(StoredVersion stored) {
        return new KeyVersion(stored.revision(), stored.tombstone(), stored.toKeyValue());
    }

    StoredVersion stored() {
        return tombstone
                ? StoredVersion.tombstone(kv.key(), revision)
                : StoredVersion.live(kv.key(), revision, kv.createRevision(), kv.version(), kv.lease(), kv.value());
    }
}
