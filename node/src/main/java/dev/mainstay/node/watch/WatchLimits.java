package dev.mainstay.node.watch;

import dev.mainstay.node.common.Invariant;
import java.time.Duration;

/**
 * The bounds of the hub.
 *
 * @param windowBytes memory for recent events, encoded forms included; a revision larger than that is not kept
 * @param batchRevisions revisions matched at once and at most in one message
 * @param batchBytes bytes of keys, values and previous values matched at once and at most in one message; a larger single
 *     revision stands alone
 * @param fragmentBytes size of a message from which on it is cut, for watchers that allow it: max-request-bytes + 512 KiB
 * @param progressInterval how long a watcher is idle before it is told its progress; at least 100 ms, jitter is added
 * @param maxPendingRequests requests of one stream that may wait to be dealt with
 * @param watchers how many there may be
 */
public record WatchLimits(
        long windowBytes,
        int batchRevisions,
        long batchBytes,
        int fragmentBytes,
        Duration progressInterval,
        int maxPendingRequests,
        WatcherBounds watchers) {

    /** The defaults, for etcd's default request size of 1.5 MiB. */
    public static final WatchLimits DEFAULT =
            new WatchLimits(32 << 20, 1000, 1 << 20, 2 << 20, Duration.ofMinutes(10), 64, WatcherBounds.NONE);

    public WatchLimits {
        Invariant.check(windowBytes > 0, "windowBytes %d", windowBytes);
        Invariant.check(batchRevisions > 0 && batchBytes > 0, "batch of %d, %d bytes", batchRevisions, batchBytes);
        Invariant.check(fragmentBytes > 0, "fragmentBytes %d", fragmentBytes);
        Invariant.check(progressInterval.toMillis() >= 100, "progressInterval %s", progressInterval);
        Invariant.check(maxPendingRequests > 0, "maxPendingRequests %d", maxPendingRequests);
    }

    /** The same with another limit on requests, {@code --max-request-bytes}. */
    public WatchLimits withMaxRequestBytes(int maxRequestBytes) {
        return new WatchLimits(
                windowBytes,
                batchRevisions,
                batchBytes,
                maxRequestBytes + (512 << 10),
                progressInterval,
                maxPendingRequests,
                watchers);
    }

    /** The same with another {@code --watch-progress-notify-interval}. */
    public WatchLimits withProgressInterval(Duration interval) {
        return new WatchLimits(
                windowBytes, batchRevisions, batchBytes, fragmentBytes, interval, maxPendingRequests, watchers);
    }

    /** The same with other bounds on watchers. */
    public WatchLimits withWatchers(WatcherBounds bounds) {
        return new WatchLimits(
                windowBytes, batchRevisions, batchBytes, fragmentBytes, progressInterval, maxPendingRequests, bounds);
    }
}
