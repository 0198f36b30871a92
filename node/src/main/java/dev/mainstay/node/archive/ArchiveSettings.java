package dev.mainstay.node.archive;

import java.time.Duration;

/**
 * How the log is archived.
 *
 * @param flushInterval the longest time between two segments while something changes
 * @param segmentBytes of entries after which one ends sooner
 */
public record ArchiveSettings(Duration flushInterval, long segmentBytes) {

    public ArchiveSettings {
        if (flushInterval.isNegative() || flushInterval.isZero() || segmentBytes < 1) {
            throw new IllegalArgumentException("segments of no time or nothing");
        }
    }
}
