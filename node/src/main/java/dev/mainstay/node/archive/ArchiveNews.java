package dev.mainstay.node.archive;

import dev.mainstay.node.apply.ArchiveMark;
import java.util.concurrent.atomic.AtomicLong;

/** What an archive's keeper has come to, for metrics. Any thread. */
public final class ArchiveNews {

    private final AtomicLong segments = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong gaps = new AtomicLong();
    private volatile boolean shipping;
    private volatile long revision;
    private volatile long index;
    private volatile long untilMillis;
    private volatile long sinceRevision;
    private volatile long lagMillis;
    private volatile long lagEntries;

    void shipping(boolean now) {
        shipping = now;
        if (!now) {
            lag(0, 0);
        }
    }

    void shipped(long storedBytes) {
        if (storedBytes > 0) {
            segments.incrementAndGet();
            bytes.addAndGet(storedBytes);
        }
    }

    void reached(long atIndex, ArchiveMark at) {
        index = atIndex;
        revision = at.revision();
        untilMillis = at.wallMillis();
    }

    void unbrokenSince(long atRevision) {
        sinceRevision = atRevision;
    }

    void lag(long millis, long entries) {
        lagMillis = millis;
        lagEntries = entries;
    }

    void failed() {
        failures.incrementAndGet();
    }

    void gap() {
        gaps.incrementAndGet();
    }

    /** Whether this member leads and ships. */
    public boolean isShipping() {
        return shipping;
    }

    /** Segments that this member shipped since its start. */
    public long segments() {
        return segments.get();
    }

    /** What they take. */
    public long bytes() {
        return bytes.get();
    }

    /** How often the store failed. */
    public long failures() {
        return failures.get();
    }

    /** Gaps that this member had to leave. */
    public long gaps() {
        return gaps.get();
    }

    /** The newest revision that is archived, as far as this member knows; 0 if it doesn't. */
    public long revision() {
        return revision;
    }

    /** The last log entry that is. */
    public long index() {
        return index;
    }

    /** A moment that the archive reaches, in seconds since 1970, as far as this member knows; 0 if it doesn't. */
    public double untilSeconds() {
        return untilMillis / 1e3;
    }

    /** The archive has all that happened behind this revision, as far as this member knows; 0 if it doesn't. */
    public long sinceRevision() {
        return sinceRevision;
    }

    /** How old the oldest change is that isn't archived, at most; 0 if this member doesn't ship. */
    public double lagSeconds() {
        return lagMillis / 1e3;
    }

    /** Log entries that are applied and not archived; 0 if this member doesn't ship. */
    public long lagEntries() {
        return lagEntries;
    }
}
