package dev.mainstay.node.common;

import org.jspecify.annotations.Nullable;

/**
 * One change of one key, as watchers see it.
 *
 * @param kv the new version; for a deletion only {@code key} and {@code modRevision} are set
 * @param previous what the change replaced, {@code null} for a creation or where compaction took it
 */
public record Event(Type type, KeyValue kv, @Nullable KeyValue previous) {

    /** The kinds of change. */
    public enum Type {
        PUT,
        DELETE
    }

    public static Event delete(Bytes key, long revision, @Nullable KeyValue previous) {
        return new Event(Type.DELETE, new KeyValue(key, 0, revision, 0, Bytes.EMPTY, 0), previous);
    }
}
