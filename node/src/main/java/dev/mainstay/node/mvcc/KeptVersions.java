package dev.mainstay.node.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * Which versions compaction keeps: those above the compact revision, and of each key the newest at or below it unless that is a
 * tombstone below it. Asked of each version in the order of the kv table. Owned by one thread.
 */
final class KeptVersions {

    private final long compactRevision;
    private byte @Nullable [] keptOld;

    /** @param compactRevision -1 if nothing was ever compacted */
    KeptVersions(long compactRevision) {
        this.compactRevision = compactRevision;
    }

    /** Whether it keeps this one, which comes behind all that were asked before. */
    boolean keeps(byte[] key, byte[] value) {
        long main = KvKey.main(key);
        if (main > compactRevision) {
            return true;
        }
        boolean superseded = keptOld != null && KvKey.sameKey(keptOld, key);
        keptOld = key;
        return !superseded && (main == compactRevision || !StoredVersion.isTombstone(value));
    }
}
