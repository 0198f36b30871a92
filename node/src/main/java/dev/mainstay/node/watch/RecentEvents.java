package dev.mainstay.node.watch;

import dev.mainstay.node.common.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest revisions, dense and in order, bounded by memory: the oldest leave when a new one comes. A revision that is
 * larger than the whole window is not kept; the window starts anew after it.
 *
 * <p>The apply thread appends, the hub thread reads. The lock is held for the copying of references only.
 */
final class RecentEvents {

    private final long maxBytes;
    private final Object lock = new Object();
    private @Nullable SharedRevision[] ring = new @Nullable SharedRevision[256];
    private int head;
    private int size;
    private long bytes;
    private volatile long end;

    /** @param next the first revision that will be appended */
    RecentEvents(long maxBytes, long next) {
        this.maxBytes = maxBytes;
        this.end = next;
    }

    /** The revision after the newest one published. */
    long end() {
        return end;
    }

    /** The oldest revision at hand; {@link #end} when there is none. */
    long first() {
        synchronized (lock) {
            return end - size;
        }
    }

    /** What is kept takes so many bytes, by the count of {@link SharedRevision#footprint}. */
    long bytes() {
        synchronized (lock) {
            return bytes;
        }
    }

    void append(List<RevisionEvents> revisions) {
        synchronized (lock) {
            for (RevisionEvents revision : revisions) {
                if (revision.revision() >= end) {
                    append(new SharedRevision(revision));
                }
            }
        }
    }

    private void append(SharedRevision revision) {
        if (revision.revision() > end) {
            clear();
        }
        long footprint = revision.footprint();
        while (size > 0 && bytes + footprint > maxBytes) {
            dropOldest();
        }
        if (footprint <= maxBytes) {
            if (size == ring.length) {
                grow();
            }
            ring[(head + size) & (ring.length - 1)] = revision;
            size++;
            bytes += footprint;
        }
        end = revision.revision() + 1;
    }

    private void clear() {
        while (size > 0) {
            dropOldest();
        }
    }

    private void dropOldest() {
        SharedRevision oldest = at(0);
        bytes -= oldest.footprint();
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
    }

    private void grow() {
        @Nullable SharedRevision[] larger = new @Nullable SharedRevision[ring.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = at(i);
        }
        ring = larger;
        head = 0;
    }

    private SharedRevision at(int index) {
        SharedRevision revision = ring[(head + index) & (ring.length - 1)];
        if (revision == null) {
            throw new IllegalStateException("hole in the window at " + index + " of " + size);
        }
        return revision;
    }

    /**
     * Reads at least one revision from {@code from} on, within the bounds of a batch; empty when nothing is there yet,
     * {@code null} when the window no longer reaches back so far.
     */
    @Nullable
    List<SharedRevision> read(long from, long below, int maxRevisions, long maxBatchBytes) {
        synchronized (lock) {
            long first = end - size;
            if (from < first) {
                return null;
            }
            List<SharedRevision> batch = new ArrayList<>();
            long sum = 0;
            long stop = Math.min(end, below);
            for (long revision = from; revision < stop && batch.size() < maxRevisions; revision++) {
                SharedRevision next = at((int) (revision - first));
                sum += next.bytes();
                if (sum > maxBatchBytes && !batch.isEmpty()) {
                    break;
                }
                batch.add(next);
            }
            return batch;
        }
    }
}
