package dev.mainstay.node.archive;

import dev.mainstay.node.apply.Applier;
import dev.mainstay.node.apply.ArchiveMark;
import dev.mainstay.node.apply.ArchiveMarks;
import dev.mainstay.node.apply.StateHash;
import dev.mainstay.node.consensus.LoggedEntries;
import dev.mainstay.node.consensus.LoggedEntry;
import dev.mainstay.node.objectstore.ObjectStoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ships what lies between marks of one line, from where the archive ends on. Where it ends is asked of the store once, when a member
 * takes office. Any leader cuts the same segments, so of two that both believe they lead the second finds its own there already. One
 * thread; holds one segment in memory at a time.
 */
final class ArchiveShipper {

    private static final System.Logger LOG = System.getLogger(ArchiveShipper.class.getName());

    private final SegmentStore store;
    private final LoggedEntries log;
    private final Applier applier;
    private final long segmentBytes;
    private final ArchiveNews news;
    private final BooleanSupplier stopped;
    private @Nullable ShippedTo shipped;

    ArchiveShipper(
            SegmentStore store,
            LoggedEntries log,
            Applier applier,
            long segmentBytes,
            ArchiveNews news,
            BooleanSupplier stopped) {
        this.store = store;
        this.log = log;
        this.applier = applier;
        this.segmentBytes = segmentBytes;
        this.news = news;
        this.stopped = stopped;
    }

    /** The line that is shipped; 0 before it is known. */
    long line() {
        return shipped == null ? 0 : shipped.line();
    }

    /** Up to here it is shipped; 0 if nothing is. */
    long index() {
        return shipped == null ? 0 : shipped.index();
    }

    /** What time it was there, since 1970. */
    long wallMillis() {
        return shipped == null ? 0 : shipped.mark().wallMillis();
    }

    /**
     * What was found where the archive ends.
     *
     * @param ahead the last index there if this member hasn't come so far, else 0
     * @param foreign why what is there isn't this cluster's, if that is certain
     */
    record Found(long ahead, Optional<String> foreign) {

        private static final Found OWN = new Found(0, Optional.empty());
    }

    /** Finds out where the archive ends. If it is this cluster's, shipping can begin. */
    Found locate(ArchiveMarks.State now) throws IOException {
        List<SegmentStore.Stored> there = store.list(now.line());
        ArchiveMark first = now.marks().getFirst();
        if (there.isEmpty()) {
            shipped = new ShippedTo(now.line(), first.index(), 0, first);
            news.reached(first.index(), first);
            news.unbrokenSince(first.revision());
            return Found.OWN;
        }
        long last = last(there);
        if (last > applier.applied().index()) {
            return new Found(last, Optional.empty());
        }
        ShippedTo found = end(now, there, last);
        if (found.term() != 0 && last >= log.firstIndex()) {
            Optional<LoggedEntry> own = log.read(last);
            if (own.isPresent() && own.get().position().term() != found.term()) {
                return new Found(
                        0,
                        Optional.of("log entry " + last + " is of term " + found.term() + " in the archive and of term "
                                + own.get().position().term() + " here"));
            }
        }
        shipped = found;
        news.reached(found.index(), found.mark());
        news.unbrokenSince(unbroken(there));
        return Found.OWN;
    }

    /** The revision behind which nothing is missing. */
    private static long unbroken(List<SegmentStore.Stored> there) {
        return Stretch.of(there.stream().map(SegmentStore.Stored::name).toList())
                .getLast()
                .fromRevision();
    }

    private static long last(List<SegmentStore.Stored> there) {
        return there.stream()
                .mapToLong(stored -> stored.name().lastIndex())
                .max()
                .orElse(0);
    }

    private ShippedTo end(ArchiveMarks.State now, List<SegmentStore.Stored> there, long last) throws IOException {
        SegmentName name = there.stream()
                .map(SegmentStore.Stored::name)
                .filter(one -> one.lastIndex() == last)
                .findFirst()
                .orElseThrow();
        try {
            Segment segment = store.read(name);
            boolean ended = !segment.entries().isEmpty()
                    && segment.entries().getLast().position().index() == last;
            return new ShippedTo(
                    now.line(),
                    last,
                    ended ? segment.entries().getLast().position().term() : 0,
                    segment.isWhole() ? segment.after() : segment.before());
        } catch (ObjectStoreException e) {
            if (e.kind() != ObjectStoreException.Kind.DAMAGED) {
                throw e;
            }
            ArchiveMark at = now.marks().stream()
                    .filter(mark -> mark.index() <= last)
                    .reduce((_, later) -> later)
                    .orElse(now.marks().getFirst());
            LOG.log(
                    System.Logger.Level.ERROR,
                    "the last segment of the archive is damaged; make a full backup: {0}",
                    e.getMessage());
            news.gap();
            return new ShippedTo(now.line(), Math.max(last, at.index()), 0, at);
        }
    }

    /** Ships all up to the newest mark. What was shipped before an exception stays so. */
    void ship(ArchiveMarks.State now) throws IOException {
        for (ArchiveMark mark : now.marks()) {
            while (mark.index() > at().index() && !stopped.getAsBoolean()) {
                if (at().index() + 1 < log.firstIndex()) {
                    skip(now);
                } else {
                    shipTo(mark);
                }
            }
        }
    }

    private ShippedTo at() {
        ShippedTo now = shipped;
        if (now == null) {
            throw new IllegalStateException("nobody looked where the archive ends");
        }
        return now;
    }

    /** One segment, to a mark or, if that is too much, as far as there is room in it. */
    private void shipTo(ArchiveMark mark) throws IOException {
        ShippedTo from = at();
        List<LoggedEntry> entries = new ArrayList<>();
        long bytes = 0;
        long index = from.index();
        while (index < mark.index() && bytes < segmentBytes) {
            Optional<LoggedEntry> entry = log.read(index + 1);
            if (entry.isEmpty()) {
                break;
            }
            index++;
            if (entry.get().isOfCommands()) {
                entries.add(entry.get());
                bytes += entry.get().data().length();
            }
        }
        if (index == from.index()) {
            throw new IOException("log entry " + (index + 1) + " can't be read just now");
        }
        LoggedEntry end = log.read(mark.index())
                .orElseThrow(() -> new IOException("log entry " + mark.index() + " can't be read just now"));
        boolean whole = index == mark.index();
        Optional<StateHash> hash = whole ? applier.stateHashes().at(index) : Optional.empty();
        Segment segment = new Segment(
                from.line(),
                from.index() + 1,
                index,
                from.mark(),
                mark,
                end.position().term(),
                hash,
                entries);
        news.shipped(store.put(segment));
        shipped = new ShippedTo(
                from.line(),
                index,
                entries.isEmpty() ? 0 : entries.getLast().position().term(),
                whole ? mark : from.mark());
        news.reached(index, at().mark());
    }

    /** The log has lost what isn't archived: goes on at the first mark behind that. */
    private void skip(ArchiveMarks.State now) throws IOException {
        ShippedTo from = at();
        List<SegmentStore.Stored> there = store.list(from.line());
        long last = last(there);
        if (last > from.index()) {
            // Another leader has shipped it meanwhile.
            shipped = end(now, there, last);
            news.unbrokenSince(unbroken(there));
            return;
        }
        long first = log.firstIndex();
        ArchiveMark next = now.marks().stream()
                .filter(mark -> mark.index() >= first - 1 && mark.index() > from.index())
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "the log begins at " + first + ", behind the newest mark; waiting for another"));
        news.gap();
        LOG.log(
                System.Logger.Level.ERROR,
                "the archive has a gap: log entries {0} to {1}, revisions {2} to {3}, were dropped before they were archived. Make a"
                        + " full backup now: nothing behind the gap can be restored without one.",
                Long.toString(from.index() + 1),
                Long.toString(next.index()),
                Long.toString(from.mark().revision() + 1),
                Long.toString(next.revision()));
        shipped = new ShippedTo(from.line(), next.index(), 0, next);
        news.unbrokenSince(next.revision());
    }
}
