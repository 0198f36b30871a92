package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.watch.HubStream.Request;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out the requests of clients: watchers come and go here. Owned by the hub thread. */
final class WatcherRegistry {

    private static final String EMPTY_RANGE = "mvcc: watcher range is empty";
    private static final String DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
    private static final Bytes LOWEST_KEY = Bytes.wrap(new byte[] {0});

    private final WatcherBounds bounds;
    private final WatchMeter meter;
    private final HistorySource history;
    private final TargetIndex index;
    private final Laggards laggards;
    private final ProgressNotices progress;
    private final Map<Object, Integer> placesOfOwners = new HashMap<>();
    private int places;
    private int watchers;

    WatcherRegistry(
            WatcherBounds bounds,
            WatchMeter meter,
            HistorySource history,
            TargetIndex index,
            Laggards laggards,
            ProgressNotices progress) {
        this.bounds = bounds;
        this.meter = meter;
        this.history = history;
        this.index = index;
        this.laggards = laggards;
        this.progress = progress;
    }

    int watchers() {
        return watchers;
    }

    /**
     * Carries out the waiting requests of a stream in order, as long as its client reads and the hub has got to where the
     * store was when they came; so every header is at least as new as what the client has seen, and none runs ahead of what
     * was delivered.
     *
     * @return whether one waits for the hub to get on
     */
    boolean handle(HubStream stream, long hubNext) {
        for (Request request = stream.firstRequest(); request != null; request = stream.firstRequest()) {
            if (request instanceof Request.Progress(long floor)) {
                progress.request(stream, floor, hubNext);
            } else if (!stream.isReady()) {
                return false;
            } else if (request.floor() >= hubNext) {
                return true;
            } else {
                carryOut(stream, request, hubNext);
            }
            stream.requestHandled();
        }
        return false;
    }

    private void carryOut(HubStream stream, Request request, long hubNext) {
        long revision = hubNext - 1;
        switch (request) {
            case Request.Create(WatchSpec spec, long _) -> create(stream, spec, revision);
            case Request.Reject(String reason, long _) -> stream.send(new WatchReply.Rejected(reason, revision));
            case Request.Cancel(long watchId, long _) -> {
                Watcher watcher = stream.watchers.get(watchId);
                if (watcher != null) {
                    remove(watcher);
                    stream.send(new WatchReply.Cancelled(watchId, revision));
                }
            }
            case Request.Progress _ -> throw new IllegalStateException("handled before");
        }
    }

    private void create(HubStream stream, WatchSpec spec, long revision) {
        KeyRange range = KeyRange.of(spec.key().isEmpty() ? LOWEST_KEY : spec.key(), spec.rangeEnd());
        String refusal = refusal(stream, spec, range);
        if (refusal != null) {
            stream.send(new WatchReply.Rejected(refusal, revision));
            return;
        }
        String full = fullness(stream, spec);
        if (full != null) {
            meter.refused();
            stream.send(new WatchReply.Rejected(full, revision));
            return;
        }
        long id = spec.watchId() == 0 ? stream.chooseId() : spec.watchId();
        long next = spec.startRevision() == 0 ? revision + 1 : spec.startRevision();
        Watcher watcher = new Watcher(id, stream, index.obtain(range), spec, next);
        watcher.target.add(watcher);
        stream.watchers.put(id, watcher);
        stream.progressNotBefore = 0;
        watchers++;
        count(watcher.stream, watcher.places);
        if (watcher.progressNotify) {
            progress.add(watcher);
        }
        stream.send(new WatchReply.Created(id, revision));
        long compactRevision = history.compactRevision();
        if (next <= revision && next < compactRevision) {
            overtaken(watcher, compactRevision);
        } else if (next <= revision) {
            laggards.lag(watcher);
        }
    }

    private static @Nullable String refusal(HubStream stream, WatchSpec spec, KeyRange range) {
        if (spec.startRevision() < 0) {
            return ErrorCode.COMPACTED.message();
        }
        if (range.isEmpty()) {
            return EMPTY_RANGE;
        }
        boolean taken = spec.watchId() == WatchReply.NO_WATCH_ID || stream.watchers.containsKey(spec.watchId());
        return spec.watchId() != 0 && taken ? DUPLICATE_ID : null;
    }

    /** Why there is no room for one more, or nothing. */
    private @Nullable String fullness(HubStream stream, WatchSpec spec) {
        int wanted = WatcherBounds.places(spec);
        if ((long) places + wanted > bounds.most()) {
            return "etcdserver: too many watchers (--max-watchers=" + bounds.most() + ")";
        }
        if ((long) placesOfOwners.getOrDefault(stream.owner, 0) + wanted > bounds.mostOfOwner()) {
            return "etcdserver: too many watchers on this connection (--max-watchers-per-connection="
                    + bounds.mostOfOwner() + ")";
        }
        return null;
    }

    private void count(HubStream stream, int more) {
        places += more;
        placesOfOwners.merge(stream.owner, more, (before, added) -> before + added == 0 ? null : before + added);
    }

    /** Compaction took what a watcher still needs. */
    void overtaken(Watcher watcher, long compactRevision) {
        remove(watcher);
        watcher.stream.send(new WatchReply.Compacted(watcher.id, compactRevision));
    }

    private void remove(Watcher watcher) {
        watcher.stream.watchers.remove(watcher.id);
        watcher.stream.progressNotBefore = 0;
        detach(watcher);
    }

    private void detach(Watcher watcher) {
        laggards.release(watcher);
        watcher.target.remove(watcher);
        index.release(watcher.target);
        watchers--;
        count(watcher.stream, -watcher.places);
        if (watcher.progressNotify) {
            progress.remove(watcher);
        }
    }

    /** The stream has ended. */
    void drop(HubStream stream) {
        stream.watchers.values().forEach(this::detach);
        stream.watchers.clear();
        progress.forget(stream);
    }
}
