package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;

/**
 * A create request as the client wrote it.
 *
 * @param key the key or the start of the range; empty stands for one zero byte
 * @param rangeEnd empty for the single key, one zero byte for everything from {@code key} on
 * @param startRevision the first revision wanted, 0 for what comes after now
 * @param progressNotify whether an idle watcher is told now and then how far it is
 * @param noPut whether puts are left out
 * @param noDelete whether deletions are left out
 * @param prevKv whether events carry what they replaced
 * @param watchId the id wanted, 0 to let the server choose
 * @param fragment whether a large revision may be cut into several messages
 */
public record WatchSpec(
        Bytes key,
        Bytes rangeEnd,
        long startRevision,
        boolean progressNotify,
        boolean noPut,
        boolean noDelete,
        boolean prevKv,
        long watchId,
        boolean fragment) {}
