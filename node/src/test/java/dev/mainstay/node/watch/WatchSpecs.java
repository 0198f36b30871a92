package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;

/** Create requests, short to write. */
final class WatchSpecs {

    private WatchSpecs() {}

    static WatchSpec key(String key) {
        return range(key, "");
    }

    static WatchSpec range(String key, String end) {
        return new WatchSpec(Bytes.utf8(key), Bytes.utf8(end), 0, false, false, false, false, 0, false);
    }

    static WatchSpec starting(WatchSpec spec, long startRevision) {
        return new WatchSpec(
                spec.key(),
                spec.rangeEnd(),
                startRevision,
                spec.progressNotify(),
                spec.noPut(),
                spec.noDelete(),
                spec.prevKv(),
                spec.watchId(),
                spec.fragment());
    }

    static WatchSpec id(WatchSpec spec, long watchId) {
        return new WatchSpec(
                spec.key(),
                spec.rangeEnd(),
                spec.startRevision(),
                spec.progressNotify(),
                spec.noPut(),
                spec.noDelete(),
                spec.prevKv(),
                watchId,
                spec.fragment());
    }

    static WatchSpec notified(WatchSpec spec) {
        return new WatchSpec(
                spec.key(),
                spec.rangeEnd(),
                spec.startRevision(),
                true,
                spec.noPut(),
                spec.noDelete(),
                spec.prevKv(),
                spec.watchId(),
                spec.fragment());
    }

    static WatchSpec fragmented(WatchSpec spec) {
        return new WatchSpec(
                spec.key(),
                spec.rangeEnd(),
                spec.startRevision(),
                spec.progressNotify(),
                spec.noPut(),
                spec.noDelete(),
                spec.prevKv(),
                spec.watchId(),
                true);
    }

    static WatchSpec filtered(WatchSpec spec, boolean noPut, boolean noDelete, boolean prevKv) {
        return new WatchSpec(
                spec.key(),
                spec.rangeEnd(),
                spec.startRevision(),
                spec.progressNotify(),
                noPut,
                noDelete,
                prevKv,
                spec.watchId(),
                spec.fragment());
    }
}
