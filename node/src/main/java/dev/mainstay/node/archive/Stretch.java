package dev.mainstay.node.archive;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a line without a gap.
 *
 * @param segments that make it up, in order; each begins where the one before ends, or within it
 */
public record Stretch(List<SegmentName> segments) {

    public Stretch {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a stretch of nothing");
        }
    }

    /**
     * The stretches of a line, in order.
     *
     * @param segments of one line, in the order of {@link SegmentName#ORDER}
     */
    public static List<Stretch> of(List<SegmentName> segments) {
        List<Stretch> stretches = new ArrayList<>();
        List<SegmentName> current = new ArrayList<>();
        long last = 0;
        for (SegmentName segment : segments) {
            if (!current.isEmpty() && segment.lastIndex() <= last) {
                continue;
            }
            if (!current.isEmpty() && segment.firstIndex() > last + 1) {
                stretches.add(new Stretch(current));
                current.clear();
            }
            current.add(segment);
            last = segment.lastIndex();
        }
        if (!current.isEmpty()) {
            stretches.add(new Stretch(current));
        }
        return stretches;
    }

    /** The first log index that is covered. */
    public long firstIndex() {
        return segments.getFirst().firstIndex();
    }

    /** The last. */
    public long lastIndex() {
        return segments.getLast().lastIndex();
    }

    /** The newest revision before it. */
    public long fromRevision() {
        return segments.getFirst().fromRevision();
    }

    /** A revision that is reached with it. */
    public long toRevision() {
        return segments.stream().mapToLong(SegmentName::toRevision).max().orElseThrow();
    }

    /** What time it was before it, in milliseconds since 1970. */
    public long fromMillis() {
        return segments.getFirst().fromMillis();
    }

    /** A time up to which all is known. */
    public long toMillis() {
        return segments.stream().mapToLong(SegmentName::toMillis).max().orElseThrow();
    }

    /** Whether a state at this index of the log can be carried on with it, or is its end. */
    public boolean continues(long index) {
        return firstIndex() - 1 <= index && index <= lastIndex();
    }

    /** What a state at this index lacks. */
    public List<SegmentName> behind(long index) {
        return segments.stream().filter(segment -> segment.lastIndex() > index).toList();
    }

    /**
     * A time at which the cluster was at this index, or further: that of the first mark that isn't before it; {@link Long#MAX_VALUE} if
     * none is known.
     */
    public long millisAt(long index) {
        return segments.stream()
                .filter(segment -> segment.lastIndex() >= index)
                // Of one that doesn't end at a mark both times are those of the mark before.
                .filter(segment -> segment.toMillis() > segment.fromMillis())
                .mapToLong(SegmentName::toMillis)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }
}
